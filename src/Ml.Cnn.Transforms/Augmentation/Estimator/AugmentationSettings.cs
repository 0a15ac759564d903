using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>What an augmenting transformer knows; saved as it is.</summary>
/// <param name="InputColumnName">A column of images.</param>
/// <param name="OutputColumnName">The column of augmented images.</param>
/// <param name="Augmentation">What is done.</param>
/// <param name="Seed">Fixes the draws, together with the epoch and the row.</param>
/// <param name="Width">The images' width after it; null: each keeps its own.</param>
/// <param name="Height">The images' height after it; null: each keeps its own.</param>
internal sealed record AugmentationSettings(
    string InputColumnName, string OutputColumnName, ImageAugmentation Augmentation, int Seed, int? Width = null, int? Height = null)
{
    /// <exception cref="ArgumentException">A name is empty, a size is below 1, or only one side is given, or the recipe mixes batches.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(InputColumnName);
        ArgumentNullException.ThrowIfNull(Augmentation);
        if (Width is null != Height is null)
            throw new ArgumentException($"Give both the width and the height of the images, or none: the width is {Side(Width)}, the height {Side(Height)}.");
        if (Width is { } width && Height is { } height)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(Width));
            ArgumentOutOfRangeException.ThrowIfLessThan(height, 1, nameof(Height));
        }
        if (Augmentation.Batch is not null)
            throw new ArgumentException(
                "Mixup and CutMix mix the images of a training batch, which a column of images does not know: give them to the trainer.", nameof(Augmentation));

        static string Side(int? side) => side?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not given";
    }

    /// <summary>The type of the output column for images of some type.</summary>
    public ImageDataViewType OutputType(ImageDataViewType input)
    {
        if (Width is { } width && Height is { } height)
            return new(height, width);
        // Brought to another size, and not cut to the image's own afterwards.
        var last = Augmentation.Steps.LastOrDefault(s => s.GivesTargetSize || s.ChangesSize);
        return last is null or { GivesTargetSize: true } ? input : new();
    }

    /// <summary>The size that an image's augmentation relates to.</summary>
    public ImagePreprocessing Target(PixelImage image) => new()
    {
        Width = Width ?? image.Width,
        Height = Height ?? image.Height,
        Channels = image.Channels,
        ResizeShortSide = Width is { } width && width == Height ? width : null,
    };
}
