using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.OnnxConverter.Checks;

/// <summary>Images to compare two computations on, where nobody gives any.</summary>
internal static class CheckImages
{
    private const int Count = 3;
    private const int Seed = 15;

    /// <summary>Images of smooth waves with noise on them: neither all alike to a network, as noise is, nor like anything that it knows.</summary>
    /// <param name="shape">The network's.</param>
    /// <param name="isLarger">Whether they have to be resized.</param>
    public static IReadOnlyList<PixelImage> Draw(NetworkShape shape, bool isLarger)
    {
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Count).Select(_ => isLarger ? Draw(random, shape.Width * 7 / 4 + 3, shape.Height * 3 / 2 + 1, shape.Channels)
            : Draw(random, shape.Width, shape.Height, shape.Channels))];
    }

    private static PixelImage Draw(Random random, int width, int height, int channels)
    {
        const int Noise = 40;
        var image = new PixelImage(width, height, channels);
        var waves = Enumerable.Range(0, channels).Select(_ => (X: Frequency(), Y: Frequency(), Phase: random.NextDouble() * 6.28)).ToArray();
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, wave) = (i / channels % width, i / channels / width, waves[i % channels]);
            var value = 128 + 90 * Math.Sin(wave.X * x + wave.Y * y + wave.Phase) + random.Next(-Noise, Noise);
            pixels[i] = (byte)Math.Clamp(value, 0, 255);
        }
        return image;

        double Frequency() => (random.NextDouble() + 0.2) * 20 / Math.Max(width, height);
    }
}
