using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Images as a network sees them, turned back into pixels.</summary>
internal static class NetworkImages
{
    /// <param name="images">N × channels × height × width, normalized.</param>
    /// <param name="normalization">What was done to the pixels; its inverse is done here, and what lies beyond a pixel's range is cut off.</param>
    /// <param name="most">More of them are left out.</param>
    /// <returns>RGBA, as PNG files want it.</returns>
    public static IReadOnlyList<PixelImage> ToPixels(Tensor images, Normalization normalization, int most)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var some = images.narrow(0, 0, Math.Min(most, images.size(0))).to(float32, CPU);
        var (mean, deviation) = (tensor(normalization.Mean.ToArray()).view(1, -1, 1, 1), tensor(normalization.Deviation.ToArray()).view(1, -1, 1, 1));
        var levels = (some * deviation).Plus(mean).Times(255.0).round().Between(0, 255);
        var bytes = levels.to(uint8).permute(0, 2, 3, 1).contiguous(); // N × height × width × channels
        var (count, height, width, channels) = ((int)bytes.size(0), (int)bytes.size(1), (int)bytes.size(2), (int)bytes.size(3));
        var all = bytes.bytes;
        var result = new PixelImage[count];
        for (var i = 0; i < count; i++)
        {
            var image = new PixelImage(width, height, channels);
            all.Slice(i * width * height * channels, width * height * channels).CopyTo(image.Pixels);
            result[i] = new PixelImage();
            ChannelConverter.Convert(image, result[i], 4);
        }
        return result;
    }
}
