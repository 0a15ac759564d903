using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>How images become the network's input, in training and in scoring.</summary>
/// <param name="Plain">Without augmentation, at the size of scoring.</param>
/// <param name="Training">As <paramref name="Plain"/>, at the largest multi-scale size.</param>
/// <param name="Evaluation">What scores and validation are computed from: as the augmentation's recipe sees an image when nothing is random.</param>
/// <param name="Shape">The network's input and its classes.</param>
internal sealed record ImageViews(ImagePreprocessing Plain, ImagePreprocessing Training, ImagePreprocessing Evaluation, NetworkShape Shape)
{
    /// <exception cref="ArgumentOutOfRangeException">The image size does not fit the network.</exception>
    public static ImageViews Of(
        Architecture architecture, InputSettings input, MultiScale? multiScale, ImageColumnFormat format, StartingPoint? start, int classes)
    {
        var plain = Preprocess(architecture, input, format, start);
        var filling = plain with { ResizeShortSide = plain.Height == plain.Width ? plain.Height : null }; // what a recipe's scales are multiples of
        var training = multiScale is { Sizes: [.., var largest] } ? plain with { Height = largest, Width = largest, ResizeShortSide = largest }
            : input.Augmentation is null ? plain : filling;
        return new(plain, training, input.Augmentation is { } recipe ? Wider(plain, recipe.EvaluationView(filling)) : plain,
            new(plain.Channels, plain.Height, plain.Width, classes));
    }

    // Weights that know images which are larger than what the network sees of them, by more than the recipe says, keep theirs.
    private static ImagePreprocessing Wider(ImagePreprocessing plain, ImagePreprocessing recipe) =>
        plain.ResizeShortSide > recipe.ResizeShortSide ? plain : recipe;

    private static ImagePreprocessing Preprocess(Architecture architecture, InputSettings input, ImageColumnFormat format, StartingPoint? start)
    {
        var channels = input.Channels ?? (format.Channels > 0 ? format.Channels : architecture.Channels);
        var expected = start?.Preprocessing(channels);
        var height = input.ImageSize ?? (format.HasSize ? format.Height : expected?.Height ?? architecture.ImageSize);
        var width = input.ImageSize ?? (format.HasSize ? format.Width : expected?.Width ?? architecture.ImageSize);
        var smallest = architecture.MinimumImageSize;
        if (height < smallest || width < smallest)
        {
            throw OptionCheck.Wrong(nameof(CnnOptions.ImageSize), $"{height}×{width}",
                $"at least {smallest} for {architecture.Name}, which was designed for {architecture.ImageSize}");
        }
        // At the size that the weights know, what they see of an image stays what it was: ImageNet's of 224 pixels are the middle of 256.
        var isAsExpected = expected is not null && !format.HasSize && (height, width) == (expected.Height, expected.Width);
        return new ImagePreprocessing
        {
            Height = height,
            Width = width,
            Channels = channels,
            ResizeShortSide = isAsExpected ? expected!.ResizeShortSide : height == width ? height : null,
            Interpolation = expected?.Interpolation ?? Interpolation.Bilinear,
            Normalization = (expected?.Normalization ?? architecture.Normalization).ForChannels(channels),
        };
    }
}
