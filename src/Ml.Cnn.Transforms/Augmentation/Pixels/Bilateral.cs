namespace Ml.Cnn.Transforms.Augmentation.Pixels;

/// <summary>A mean over the neighbors that lie near and look alike (Tomasi and Manduchi, 1998).</summary>
internal static class Bilateral
{
    public static void Apply(AugmentationScratch scratch, int size, double sigmaColor, double sigmaSpace)
    {
        var source = scratch.Image;
        var result = scratch.Room(source.Width, source.Height);
        var (channels, radius) = (source.Channels, size / 2);
        var colors = Math.Min(channels, 3);
        // Weights by distance, then weights by the difference of color, summed over the channels.
        var weights = scratch.Floats(size * size + colors * 255 + 1);
        var near = weights[..(size * size)];
        var alike = weights[near.Length..];
        for (var i = 0; i < near.Length; i++)
        {
            var (dx, dy) = (i % size - radius, i / size - radius);
            near[i] = (float)Math.Exp(-(dx * dx + dy * dy) / (2 * sigmaSpace * sigmaSpace));
        }
        for (var i = 0; i < alike.Length; i++)
            alike[i] = (float)Math.Exp(-(double)i * i / (2 * sigmaColor * sigmaColor));

        Span<float> sums = stackalloc float[3];
        var from = source.Pixels;
        var to = result.Pixels;
        for (var y = 0; y < source.Height; y++)
            for (var x = 0; x < source.Width; x++)
            {
                var center = from.Slice((y * source.Width + x) * channels, channels);
                sums.Clear();
                var total = 0f;
                for (var i = 0; i < near.Length; i++)
                {
                    var place = BorderedCrop.Reflect(y + i / size - radius, source.Height) * source.Width
                        + BorderedCrop.Reflect(x + i % size - radius, source.Width);
                    var neighbor = from.Slice(place * channels, channels);
                    var difference = 0;
                    for (var c = 0; c < colors; c++)
                        difference += Math.Abs(neighbor[c] - center[c]);
                    var weight = near[i] * alike[difference];
                    total += weight;
                    for (var c = 0; c < colors; c++)
                        sums[c] += weight * neighbor[c];
                }
                var pixel = to.Slice((y * source.Width + x) * channels, channels);
                center.CopyTo(pixel);
                for (var c = 0; c < colors; c++)
                    pixel[c] = (byte)(sums[c] / total + 0.5f);
            }
        scratch.Take(result);
    }
}
