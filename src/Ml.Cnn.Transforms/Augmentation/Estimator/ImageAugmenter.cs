using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>Augments ML.NET's images, one after the other. For one thread.</summary>
/// <param name="settings">What is done.</param>
/// <param name="draws">The seed and epoch; null does only what is without chance.</param>
/// <param name="stream">Tells apart the draws of several augmentations in one pipeline.</param>
internal sealed class ImageAugmenter(AugmentationSettings settings, (int Seed, int Epoch)? draws, ulong stream)
{
    private static readonly DecodeOptions s_withAlpha = new() { Channels = 4 };

    private readonly AugmentationStep[] _steps = draws is null ? AugmentationPipeline.StepsForScoring(settings.Augmentation) : [.. settings.Augmentation.Steps];
    private readonly AugmentationScratch _scratch = new();
    private readonly PixelImage _rgba = new();
    private readonly PixelImage _rgb = new();
    private readonly PixelImage _result = new();

    /// <summary>A new image of the source's kind: the caller's to dispose.</summary>
    /// <param name="source">Stays as it is.</param>
    /// <param name="row">The row's number, on which the draws depend.</param>
    public MLImage Apply(MLImage source, ulong row)
    {
        ImageDecoder.Convert(source, _rgba, s_withAlpha);
        var image = _rgba;
        if (IsOpaque(_rgba))
        {
            ChannelConverter.Convert(_rgba, _rgb, 3);
            image = _rgb;
        }
        var target = settings.Target(image);
        var (seed, epoch) = draws ?? default;
        var random = new AugmentationRandom(seed, epoch, row, stream);
        var result = Run(image, draws is null ? settings.Augmentation.EvaluationView(target) : target, ref random);
        return ToImage(result, source);
    }

    private PixelImage Run(PixelImage image, ImagePreprocessing target, ref AugmentationRandom random)
    {
        _scratch.Begin(image, target);
        foreach (var step in _steps)
            step.Apply(_scratch, ref random);
        if (settings.Width is null)
            return _scratch.Image;
        _result.Reset(target.Width, target.Height, target.Channels);
        _scratch.Finish(_result.Pixels);
        return _result;
    }

    private static bool IsOpaque(PixelImage rgba)
    {
        var pixels = rgba.Pixels;
        for (var i = 3; i < pixels.Length; i += 4)
            if (pixels[i] != 255)
                return false;
        return true;
    }

    private MLImage ToImage(PixelImage result, MLImage source)
    {
        if (result.Channels != 4)
        {
            ChannelConverter.Convert(result, _rgba, 4);
            result = _rgba;
        }
        var pixels = result.Pixels;
        var isBgra = source.PixelFormat == MLPixelFormat.Bgra32;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            // ML.NET's images carry their colors multiplied with alpha.
            var alpha = pixels[i + 3];
            if (alpha != 255)
                (pixels[i], pixels[i + 1], pixels[i + 2]) = (Weighted(pixels[i], alpha), Weighted(pixels[i + 1], alpha), Weighted(pixels[i + 2], alpha));
            if (isBgra)
                (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        }
        var image = MLImage.CreateFromPixels(result.Width, result.Height, source.PixelFormat, pixels);
        image.Tag = source.Tag;
        return image;

        static byte Weighted(int value, int alpha) => (byte)((value * alpha + 127) / 255);
    }
}
