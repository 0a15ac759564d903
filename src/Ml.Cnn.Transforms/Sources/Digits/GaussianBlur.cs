namespace Ml.Cnn.Transforms.Sources.Digits;

/// <summary>A separable Gaussian blur of a small square gray image.</summary>
internal static class GaussianBlur
{
    /// <summary>Blurs; outside the image everything is black.</summary>
    /// <param name="source">size rows of bytes.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="deviation">The Gaussian's standard deviation in pixels; below 0.2 nothing is blurred.</param>
    /// <param name="target">Takes size × size values.</param>
    public static void Apply(ReadOnlySpan<byte> source, int stride, int size, float deviation, float[] target)
    {
        var radius = deviation < 0.2f ? 0 : (int)MathF.Ceiling(3 * deviation);
        Span<float> kernel = stackalloc float[Math.Min(radius, 63) + 1];
        radius = kernel.Length - 1;
        var sum = 0f;
        for (var i = 0; i <= radius; i++)
        {
            kernel[i] = radius == 0 ? 1 : MathF.Exp(-i * i / (2 * deviation * deviation));
            sum += i == 0 ? kernel[i] : 2 * kernel[i];
        }
        foreach (ref var weight in kernel)
            weight /= sum;

        var column = new float[size];
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
            {
                var value = 0f;
                for (var i = Math.Max(-radius, -x); i <= Math.Min(radius, size - 1 - x); i++)
                    value += source[y * stride + x + i] * kernel[Math.Abs(i)];
                target[y * size + x] = value;
            }
        for (var x = 0; x < size; x++)
        {
            for (var y = 0; y < size; y++)
                column[y] = target[y * size + x];
            for (var y = 0; y < size; y++)
            {
                var value = 0f;
                for (var i = Math.Max(-radius, -y); i <= Math.Min(radius, size - 1 - y); i++)
                    value += column[y + i] * kernel[Math.Abs(i)];
                target[y * size + x] = value;
            }
        }
    }
}
