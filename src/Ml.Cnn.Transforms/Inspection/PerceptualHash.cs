namespace Ml.Cnn.Transforms.Inspection;

/// <summary>
/// 64 bits of an image that hardly change when it is resized, compressed again or made a little brighter: of two such images a few bits differ, of two others
/// about half of them.
/// </summary>
/// <remarks>
/// Zauner: Implementation and Benchmarking of Perceptual Image Hash Functions (2010), section 3.2.1: of the gray image at 32 × 32 pixels the discrete cosine
/// transform, of which the 8 × 8 lowest frequencies beside the constant one, each as a bit: above their median or not.
/// </remarks>
internal static class PerceptualHash
{
    /// <summary>Height and width in pixels of the gray image that is hashed.</summary>
    public const int Side = 32;

    private const int Frequencies = 8;

    // Frequencies 1 to 8: the constant one says how bright the image is.
    private static readonly float[] s_cosines = [.. Enumerable.Range(0, Frequencies * Side).Select(i =>
        (float)Math.Cos(Math.PI * (2 * (i % Side) + 1) * (i / Side + 1) / (2 * Side)))];

    /// <summary>The hash of an image.</summary>
    /// <param name="gray">Its pixels, 32 × 32.</param>
    public static ulong Of(ReadOnlySpan<byte> gray)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gray.Length, Side * Side, nameof(gray));
        Span<float> rows = stackalloc float[Side * Frequencies]; // of each row its horizontal frequencies
        for (var y = 0; y < Side; y++)
            for (var u = 0; u < Frequencies; u++)
                rows[y * Frequencies + u] = Sum(gray.Slice(y * Side, Side), s_cosines.AsSpan(u * Side, Side));

        Span<float> coefficients = stackalloc float[Frequencies * Frequencies];
        for (var v = 0; v < Frequencies; v++)
            for (var u = 0; u < Frequencies; u++)
                for (var y = 0; y < Side; y++)
                    coefficients[v * Frequencies + u] += rows[y * Frequencies + u] * s_cosines[v * Side + y];

        Span<float> sorted = stackalloc float[Frequencies * Frequencies];
        coefficients.CopyTo(sorted);
        sorted.Sort();
        var median = (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
        var hash = 0UL;
        for (var i = 0; i < coefficients.Length; i++)
            hash |= coefficients[i] > median ? 1UL << i : 0;
        return hash;
    }

    private static float Sum(ReadOnlySpan<byte> pixels, ReadOnlySpan<float> weights)
    {
        var sum = 0f;
        for (var i = 0; i < pixels.Length; i++)
            sum += pixels[i] * weights[i];
        return sum;
    }
}
