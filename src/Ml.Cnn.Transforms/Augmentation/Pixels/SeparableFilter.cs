using System.Numerics;
using System.Runtime.InteropServices;

namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>Filters whose kernel is a column times a row. Beyond its edges the image is mirrored. Alpha is filtered too.</summary>
internal static class SeparableFilter
{
    /// <summary>The weights of a Gaussian of that size, which sum to 1.</summary>
    public static float[] Gaussian(int size, double sigma)
    {
        var weights = new double[size];
        for (var i = 0; i < size; i++)
        {
            var distance = i - size / 2;
            weights[i] = Math.Exp(-distance * distance / (2 * sigma * sigma));
        }
        var sum = weights.Sum();
        return [.. weights.Select(w => (float)(w / sum))];
    }

    /// <summary>Equal weights, which sum to 1.</summary>
    public static float[] Mean(int size) => [.. Enumerable.Repeat(1f / size, size)];

    /// <summary>Filters with two kernels of odd length; what they give is made positive and rounded to a byte.</summary>
    public static void Apply(AugmentationScratch scratch, ReadOnlySpan<float> horizontal, ReadOnlySpan<float> vertical)
    {
        var image = scratch.Image;
        var (width, height, channels) = (image.Width, image.Height, image.Channels);
        var (radiusX, radiusY, rowLength) = (horizontal.Length / 2, vertical.Length / 2, width * channels);
        var wideLength = (width + 2 * radiusX) * channels;
        var floats = scratch.Floats(wideLength + rowLength + height * rowLength);
        var wide = floats[..wideLength];
        var sum = floats.Slice(wideLength, rowLength);
        var rows = floats[(wideLength + rowLength)..];

        for (var y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.Slice(y * rowLength, rowLength);
            for (var x = -radiusX; x < width + radiusX; x++)
            {
                var from = BorderedCrop.Reflect(x, width) * channels;
                for (var c = 0; c < channels; c++)
                    wide[(x + radiusX) * channels + c] = row[from + c];
            }
            var filtered = rows.Slice(y * rowLength, rowLength);
            filtered.Clear();
            for (var i = 0; i < horizontal.Length; i++)
                AddWeighted(wide.Slice(i * channels, rowLength), horizontal[i], filtered);
        }
        for (var y = 0; y < height; y++)
        {
            sum.Clear();
            for (var i = 0; i < vertical.Length; i++)
                AddWeighted(rows.Slice(BorderedCrop.Reflect(y + i - radiusY, height) * rowLength, rowLength), vertical[i], sum);
            var row = image.Pixels.Slice(y * rowLength, rowLength);
            for (var i = 0; i < row.Length; i++)
                row[i] = (byte)Math.Min(255, Math.Abs(sum[i]) + 0.5f);
        }
    }

    private static void AddWeighted(ReadOnlySpan<float> values, float weight, Span<float> sum)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < sums.Length; i++)
            sums[i] += vectors[i] * weight;
        for (var i = sums.Length * Vector<float>.Count; i < sum.Length; i++)
            sum[i] += values[i] * weight;
    }
}
