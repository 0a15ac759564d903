using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Mean and covariance of RGB over many images, and their principal components.</summary>
internal sealed class ColorStatistics
{
    private const int PixelsPerImage = 4096;

    private readonly double[] _sum = new double[3];
    private readonly double[,] _products = new double[3, 3];
    private double _count;

    /// <summary>Looks at pixels in equal distances, each image weighing the same.</summary>
    public void Add(PixelImage rgb)
    {
        var total = rgb.Width * rgb.Height;
        var taken = Math.Min(total, PixelsPerImage);
        Span<double> color = stackalloc double[3];
        for (var i = 0; i < taken; i++)
        {
            var pixel = rgb.Pixels.Slice((int)((long)i * total / taken) * 3, 3);
            for (var c = 0; c < 3; c++)
                color[c] = pixel[c];
            for (var a = 0; a < 3; a++)
            {
                _sum[a] += color[a] / taken;
                for (var b = 0; b < 3; b++)
                    _products[a, b] += color[a] * color[b] / taken;
            }
        }
        _count++;
    }

    /// <exception cref="InvalidOperationException">There was no image.</exception>
    public ColorComponents Components()
    {
        if (_count == 0)
            throw new InvalidOperationException("No image could be decoded, so there are no colors to take components of.");
        var covariance = new double[3, 3];
        for (var a = 0; a < 3; a++)
            for (var b = 0; b < 3; b++)
                covariance[a, b] = _products[a, b] / _count - _sum[a] / _count * (_sum[b] / _count);
        var vectors = Diagonalize(covariance);
        var order = new[] { 0, 1, 2 }.OrderByDescending(i => covariance[i, i]).ToArray();
        return new(
            [.. order.SelectMany(i => new[] { vectors[0, i], vectors[1, i], vectors[2, i] })],
            [.. order.Select(i => Math.Sqrt(Math.Max(0, covariance[i, i])))]);
    }

    /// <summary>Jacobi's rotations: leaves the eigenvalues on the diagonal and gives the eigenvectors as columns.</summary>
    private static double[,] Diagonalize(double[,] m)
    {
        var vectors = new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
        for (var sweep = 0; sweep < 30; sweep++)
            foreach (var (p, q) in (ReadOnlySpan<(int, int)>)[(0, 1), (0, 2), (1, 2)])
            {
                if (Math.Abs(m[p, q]) < 1e-12)
                    continue;
                var angle = 0.5 * Math.Atan2(2 * m[p, q], m[q, q] - m[p, p]);
                var (sin, cos) = Math.SinCos(angle);
                for (var i = 0; i < 3; i++)
                    (m[i, p], m[i, q]) = (cos * m[i, p] - sin * m[i, q], sin * m[i, p] + cos * m[i, q]);
                for (var i = 0; i < 3; i++)
                    (m[p, i], m[q, i]) = (cos * m[p, i] - sin * m[q, i], sin * m[p, i] + cos * m[q, i]);
                for (var i = 0; i < 3; i++)
                    (vectors[i, p], vectors[i, q]) = (cos * vectors[i, p] - sin * vectors[i, q], sin * vectors[i, p] + cos * vectors[i, q]);
            }
        return vectors;
    }
}
