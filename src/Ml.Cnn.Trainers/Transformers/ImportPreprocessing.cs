using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Transformers;

/// <summary>The preprocessing of an imported model: what the weights are assumed to expect, and what the options say otherwise.</summary>
internal static class ImportPreprocessing
{
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the statistics are for another number of channels.</exception>
    public static AssumedPreprocessing Choose(CnnImportOptions options, PretrainedWeights? published, Architecture architecture, int channels)
    {
        var assumed = options.Preprocessing is { } whole ? new(whole, "the options say", null) : AssumedPreprocessing.Of(published, architecture, channels);
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
            throw new ArgumentOutOfRangeException(nameof(options), string.Join(", ", options.Deviation), $"Each {nameof(CnnImportOptions.Deviation)} must be above 0.");
        string[] given =
        [
            .. Given(options.ImageSize, nameof(options.ImageSize)), .. Given(options.ResizeShortSide, nameof(options.ResizeShortSide)),
            .. Given(options.Interpolation, nameof(options.Interpolation)), .. Given(options.Mean, nameof(options.Mean)), .. Given(options.Deviation, nameof(options.Deviation)),
        ];
        if (given.Length == 0)
            return assumed;
        var sizeIsGiven = options.ResizeShortSide is not null || options.ImageSize is not null;
        return new(after, $"{assumed.Reason}, but for the options {string.Join(", ", given)}", sizeIsGiven ? null : assumed.Doubt);
    }

    private static int? InProportion(ImagePreprocessing before, int? size) =>
        size is { } wanted && before.ResizeShortSide is { } side ? (int)Math.Round((double)side * wanted / before.Height) : before.ResizeShortSide;

    private static IEnumerable<string> Given(object? option, string name) => option is null ? [] : [name];
}
