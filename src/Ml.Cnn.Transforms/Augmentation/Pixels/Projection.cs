namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>
/// Where a result's pixel comes from: x = (a·x' + b·y' + c) / (g·x' + h·y' + 1), y = (d·x' + e·y' + f) / (same). Coordinates are
/// those of pixels' corners, so the middle of the first pixel is (0.5, 0.5).
/// </summary>
internal readonly record struct Projection(double A, double B, double C, double D, double E, double F, double G = 0, double H = 0)
{
    /// <summary>Turns counter-clockwise around the middle.</summary>
    public static Projection Rotation(double degrees, int width, int height) => Affine(width / 2.0, height / 2.0, -degrees, 0, 0, 1, 0, 0);

    /// <summary>
    /// The inverse of: shear, scale and turn clockwise around a center, then shift. Signs and order are torchvision's.
    /// </summary>
    public static Projection Affine(double centerX, double centerY, double degrees, double shiftX, double shiftY, double scale, double shearX, double shearY)
    {
        var (turn, slantX, slantY) = (double.DegreesToRadians(degrees), double.DegreesToRadians(shearX), double.DegreesToRadians(shearY));
        // Forward: turn · [1, 0; −tan(slantY), 1] · [1, −tan(slantX); 0, 1], with determinant 1.
        var (m11, m21) = (Cosine(turn - slantY) / Cosine(slantY), Sine(turn - slantY) / Cosine(slantY));
        var (m12, m22) = (-m11 * Math.Tan(slantX) - Sine(turn), -m21 * Math.Tan(slantX) + Cosine(turn));
        var (a, b, d, e) = (m22 / scale, -m12 / scale, -m21 / scale, m11 / scale);
        return new(
            a, b, centerX - a * (centerX + shiftX) - b * (centerY + shiftY),
            d, e, centerY - d * (centerX + shiftX) - e * (centerY + shiftY));
    }

    /// <summary>Moves the corner pixels of an image (top left, top right, bottom right, bottom left) to other places.</summary>
    /// <returns>Null if the places do not span an area.</returns>
    public static Projection? Perspective(int width, int height, ReadOnlySpan<(double X, double Y)> corners)
    {
        Span<(double X, double Y)> originals = [(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)];
        var equations = new double[8, 9];
        for (var i = 0; i < 4; i++)
        {
            var ((x, y), (u, v)) = (corners[i], originals[i]);
            SetRow(equations, 2 * i, [x, y, 1, 0, 0, 0, -u * x, -u * y, u]);
            SetRow(equations, 2 * i + 1, [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
        }
        return Solve(equations) is { } s ? new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]) : null;
    }

    // Quarter turns are exact: an image turned by 90 degrees keeps its pixels.
    private static double Cosine(double angle) => Math.Round(Math.Cos(angle), 15);

    private static double Sine(double angle) => Math.Round(Math.Sin(angle), 15);

    private static void SetRow(double[,] matrix, int row, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
            matrix[row, i] = values[i];
    }

    /// <summary>Gauss and Jordan with the largest pivot.</summary>
    private static double[]? Solve(double[,] m)
    {
        var n = m.GetLength(0);
        for (var column = 0; column < n; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < n; row++)
                if (Math.Abs(m[row, column]) > Math.Abs(m[pivot, column]))
                    pivot = row;
            if (Math.Abs(m[pivot, column]) < 1e-12)
                return null;
            for (var i = 0; i <= n; i++)
                (m[column, i], m[pivot, i]) = (m[pivot, i], m[column, i]);
            for (var row = 0; row < n; row++)
            {
                if (row == column)
                    continue;
                var factor = m[row, column] / m[column, column];
                for (var i = column; i <= n; i++)
                    m[row, i] -= factor * m[column, i];
            }
        }
        var solution = new double[n];
        for (var i = 0; i < n; i++)
            solution[i] = m[i, n] / m[i, i];
        return solution;
    }
}
