using System.Numerics.Tensors;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>How much two pictures of 32 × 32 gray levels are the same one: their correlation, where one lies on the other as well as it can.</summary>
/// <remarks>
/// All of one may be a part of the other: parts are looked for at four scales down to four fifths, and in every place there, and mirrored. Correlation does not
/// see brightness and contrast.
/// </remarks>
internal static class PictureMatch
{
    private const int Side = Ml.Cnn.Transforms.Inspection.PerceptualHash.Side;
    private const int HalfSide = Side / 2;

    /// <summary>Pictures that are less alike where they lie are none of one another's parts.</summary>
    private const float LeastOfParts = 0.4f;

    /// <summary>What a correlation lacks to 1 is so many times as much, and <see cref="LackBeside"/> more, in a place beside the right one.</summary>
    private const double LackTimes = 4;

    private const double LackBeside = 0.05;

    /// <summary>Parts of a side that all of the other picture may be.</summary>
    private static readonly float[] s_shares = [0.94f, 0.9f, 0.85f, 0.8f];

    /// <summary>The best correlation over all ways to lay one on the other, −1 to 1.</summary>
    /// <param name="a">A picture.</param>
    /// <param name="b">Another.</param>
    /// <param name="enough">Nothing better is looked for.</param>
    public static double Best(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, double enough)
    {
        Span<float> first = stackalloc float[Side * Side];
        Span<float> second = stackalloc float[Side * Side];
        Span<float> mirrored = stackalloc float[Side * Side];
        for (var i = 0; i < a.Length; i++)
            (first[i], second[i]) = (a[i], b[i]);
        Normalize(first);
        Normalize(second);
        for (var y = 0; y < Side; y++)
        {
            second.Slice(y * Side, Side).CopyTo(mirrored[(y * Side)..]);
            mirrored.Slice(y * Side, Side).Reverse();
        }
        var best = (double)Math.Max(TensorPrimitives.Dot(first, second), TensorPrimitives.Dot(first, mirrored));
        if (best >= enough)
            return best;
        best = Math.Max(best, BestOfParts(first, second, enough));
        return Math.Max(best, BestOfParts(first, mirrored, enough));
    }

    private static double BestOfParts(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double enough)
    {
        if (TensorPrimitives.Dot(a, b) < LeastOfParts)
            return -1;
        // Nine places of each scale at half the size first: near the right one the correlation is high already.
        Span<float> halfA = stackalloc float[HalfSide * HalfSide];
        Span<float> halfB = stackalloc float[HalfSide * HalfSide];
        Halve(a, halfA);
        Halve(b, halfB);
        var best = BestOfPlaces(halfA, halfB, HalfSide, mostPlaces: 3);
        return 1 - best > LackTimes * (1 - enough) + LackBeside ? best : BestOfPlaces(a, b, Side, mostPlaces: Side);
    }

    private static double BestOfPlaces(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int size, int mostPlaces)
    {
        Span<float> part = stackalloc float[size * size];
        var best = -1.0;
        foreach (var share in s_shares)
        {
            var room = size * (1 - share);
            var places = Math.Min(mostPlaces, (int)Math.Ceiling(room) + 1);
            for (var y = 0; y < places; y++)
            {
                for (var x = 0; x < places; x++)
                {
                    var (left, top) = (room * x / (places - 1), room * y / (places - 1));
                    Enlarge(a, size, left, top, share, part);
                    best = Math.Max(best, Correlation(part, b));
                    Enlarge(b, size, left, top, share, part);
                    best = Math.Max(best, Correlation(part, a));
                }
            }
        }
        return best;
    }

    /// <summary>The correlation of a picture with a normalized one.</summary>
    private static double Correlation(ReadOnlySpan<float> picture, ReadOnlySpan<float> normalized)
    {
        var sum = TensorPrimitives.Sum(picture);
        var deviation = TensorPrimitives.SumOfSquares(picture) - sum * sum / picture.Length;
        return deviation <= 0 ? 0 : TensorPrimitives.Dot(picture, normalized) / Math.Sqrt(deviation);
    }

    /// <summary>Brings a picture to the mean 0 and the length 1; one of a single level to zeros.</summary>
    private static void Normalize(Span<float> picture)
    {
        TensorPrimitives.Subtract(picture, TensorPrimitives.Sum(picture) / picture.Length, picture);
        var length = TensorPrimitives.Norm(picture);
        if (length > 0)
            TensorPrimitives.Divide(picture, length, picture);
    }

    private static void Halve(ReadOnlySpan<float> picture, Span<float> half)
    {
        for (var y = 0; y < HalfSide; y++)
        {
            for (var x = 0; x < HalfSide; x++)
            {
                var i = 2 * y * Side + 2 * x;
                half[y * HalfSide + x] = picture[i] + picture[i + 1] + picture[i + Side] + picture[i + Side + 1];
            }
        }
        Normalize(half);
    }

    /// <summary>A square part of a picture at the size of the whole, by bilinear interpolation.</summary>
    private static void Enlarge(ReadOnlySpan<float> picture, int size, float left, float top, float share, Span<float> enlarged)
    {
        Span<float> between = stackalloc float[size];
        for (var y = 0; y < size; y++)
        {
            var place = Math.Clamp(top + (y + 0.5f) * share - 0.5f, 0, size - 1.001f);
            var row = (int)place;
            TensorPrimitives.Lerp(picture.Slice(row * size, size), picture.Slice((row + 1) * size, size), place - row, between);
            var line = enlarged.Slice(y * size, size);
            for (var x = 0; x < line.Length; x++)
            {
                var across = Math.Clamp(left + (x + 0.5f) * share - 0.5f, 0, size - 1.001f);
                var column = (int)across;
                line[x] = between[column] + (between[column + 1] - between[column]) * (across - column);
            }
        }
    }
}
