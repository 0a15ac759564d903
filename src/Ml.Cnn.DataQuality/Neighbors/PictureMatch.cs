namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>How much two pictures of 32 × 32 gray levels are the same one: their correlation, where one lies on the other as well as it can.</summary>
/// <remarks>
/// One may be a part of the other: it is looked for at four scales down to four fifths, and in every place there, and mirrored. Correlation does
/// not see brightness and contrast.
/// </remarks>
internal static class PictureMatch
{
    private const int Side = Ml.Cnn.Transforms.Inspection.PerceptualHash.Side;

    /// <summary>Sides of the part of one picture that all of the other one may be.</summary>
    private static readonly int[] s_parts = [30, 29, 27, 26];

    /// <summary>The correlation of both pictures as they lie, −1 to 1.</summary>
    public static double Plain(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var (sumA, sumB, squaresA, squaresB, products) = (0L, 0L, 0L, 0L, 0L);
        for (var i = 0; i < a.Length; i++)
        {
            sumA += a[i];
            sumB += b[i];
            squaresA += a[i] * a[i];
            squaresB += b[i] * b[i];
            products += a[i] * b[i];
        }
        var n = (double)a.Length;
        var (varianceA, varianceB) = (squaresA - sumA * sumA / n, squaresB - sumB * sumB / n);
        return varianceA <= 0 || varianceB <= 0 ? 0 : (products - sumA * sumB / n) / Math.Sqrt(varianceA * varianceB);
    }

    /// <summary>Pictures that are less alike where they lie are none of one another's parts.</summary>
    private const double LeastOfParts = 0.4;

    /// <summary>How much correlation a place beside the right one lacks at most.</summary>
    private const double NearEnough = 0.15;

    /// <summary>The best correlation over all ways to lay one on the other.</summary>
    /// <param name="a">A picture.</param>
    /// <param name="b">Another.</param>
    /// <param name="enough">Nothing better is looked for.</param>
    public static double Best(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, double enough)
    {
        Span<byte> mirrored = stackalloc byte[Side * Side];
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
                mirrored[y * Side + x] = b[y * Side + Side - 1 - x];
        var best = Math.Max(Plain(a, b), Plain(a, mirrored));
        return best >= enough || best < LeastOfParts ? best : Math.Max(BestOfParts(a, b, enough), BestOfParts(a, mirrored, enough));
    }

    private static double BestOfParts(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, double enough)
    {
        var best = Plain(a, b);
        if (best < LeastOfParts)
            return best;
        // Nine places at each scale first: near the right one the correlation is high already.
        foreach (var side in s_parts)
            best = Math.Max(best, BestOfPlaces(a, b, side, Math.Max(1, (Side - side) / 2)));
        if (best < enough - NearEnough)
            return best;
        foreach (var side in s_parts)
            best = Math.Max(best, BestOfPlaces(a, b, side, 1));
        return best;
    }

    private static double BestOfPlaces(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int side, int step)
    {
        Span<byte> part = stackalloc byte[Side * Side];
        var best = -1.0;
        for (var y = 0; y <= Side - side; y += step)
        {
            for (var x = 0; x <= Side - side; x += step)
            {
                Enlarge(a, x, y, side, part);
                best = Math.Max(best, Plain(part, b));
                Enlarge(b, x, y, side, part);
                best = Math.Max(best, Plain(a, part));
            }
        }
        return best;
    }

    /// <summary>A square part of a picture at the size of the whole, by bilinear interpolation.</summary>
    private static void Enlarge(ReadOnlySpan<byte> picture, int left, int top, int side, Span<byte> enlarged)
    {
        var scale = (float)side / Side;
        for (var y = 0; y < Side; y++)
        {
            var (row, down) = Place(top, y);
            for (var x = 0; x < Side; x++)
            {
                var (column, right) = Place(left, x);
                var i = row * Side + column;
                var upper = picture[i] + (picture[i + 1] - picture[i]) * right;
                var lower = picture[i + Side] + (picture[i + Side + 1] - picture[i + Side]) * right;
                enlarged[y * Side + x] = (byte)(upper + (lower - upper) * down + 0.5f);
            }
        }

        (int Whole, float Part) Place(int start, int i)
        {
            var place = Math.Clamp(start + (i + 0.5f) * scale - 0.5f, 0, Side - 1.001f);
            return ((int)place, place - (int)place);
        }
    }
}
