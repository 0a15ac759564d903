using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Transformers;

/// <summary>The preprocessing of an imported model: what the weights are assumed to expect, and what the options say otherwise.</summary>
internal static class ImportPreprocessing
{
    /// <inheritdoc cref="Choose(CnnImportOptions, AssumedPreprocessing)"/>
    public static AssumedPreprocessing Choose(CnnImportOptions options, PretrainedWeights? published, Architecture architecture, int channels) =>
        Choose(options, AssumedPreprocessing.Of(published, architecture, channels));

    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the statistics are for another number of channels.</exception>
    public static AssumedPreprocessing Choose(CnnImportOptions options, AssumedPreprocessing assumed)
    {
        if (options.Preprocessing is { } whole)
            assumed = new(whole, "the options say", null);
        var before = assumed.Preprocessing;
        var after = before with
        {
            Height = options.ImageSize ?? before.Height,
            Width = options.ImageSize ?? before.Width,
            ResizeShortSide = options.ResizeShortSide ?? InProportion(before, options.ImageSize),
            Interpolation = options.Interpolation ?? before.Interpolation,
            Normalization = new(options.Mean ?? before.Normalization.Mean, options.Deviation ?? before.Normalization.Deviation),
        };
        after.Validate();
        if (options.Deviation?.Any(deviation => !(deviation > 0)) == true)
            throw new ArgumentException($"Each {nameof(CnnImportOptions.Deviation)} must be above 0, not {string.Join(", ", options.Deviation)}.",
                nameof(options));
        // Whoever names a size has decided.
        var doubt = options.ResizeShortSide is null && options.ImageSize is null ? assumed.Doubt : null;
        return new(after, after == before ? assumed.Reason : $"{assumed.Reason}, but for what the options say", doubt);
    }

    private static int? InProportion(ImagePreprocessing before, int? size) =>
        size is { } wanted && before.ResizeShortSide is { } side ? (int)Math.Round((double)side * wanted / before.Height) : before.ResizeShortSide;
}
