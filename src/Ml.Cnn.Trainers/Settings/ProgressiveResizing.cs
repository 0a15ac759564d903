using System.Globalization;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Progressive resizing: training begins on small images, which take less time, and ends on those of the size that is scored (Howard 2018, fast.ai's entry to
/// DAWNBench; Tan and Le 2021, "EfficientNetV2", section 4). For networks that take any size: those that end in a pooling over whatever is left of the image.
/// </summary>
/// <remarks>
/// Images are decoded at the size of the stage, and its batches take memory of that size. The size changes between two epochs. Validation, statistics that
/// <see cref="CnnTrainerOptions.PreciseBatchNorm"/> computes and the returned model see images of <see cref="CnnTrainerOptions.ImageSize"/>, which the last
/// epochs are trained on: what follows the last stage. Networks see objects larger in training than in scoring where images are cut at random (Touvron et al.
/// 2019, "Fixing the train-test resolution discrepancy"), so that somewhat smaller images until near the end cost nothing.
/// </remarks>
/// <example>
/// <code>
/// ProgressiveResizing = ProgressiveResizing.Of(96, 128, 160)                     // four stages of equal length, the last one of 192 pixels
/// ProgressiveResizing = ProgressiveResizing.OfStages(new(96, 0.5), new(128, 0.8)) // half of the epochs with 96 pixels, three tenths with 128
/// </code>
/// </example>
public sealed class ProgressiveResizing
{
    private ProgressiveResizing(IReadOnlyList<ProgressiveStage> stages)
    {
        if (stages.Count == 0)
            throw OptionCheck.Wrong(nameof(stages), "none", "one or more");
        var share = 0.0;
        foreach (var stage in stages)
        {
            ArgumentNullException.ThrowIfNull(stage, nameof(stages));
            if (stage.Size < 1)
                throw OptionCheck.Wrong(nameof(stages), stage.Size, "of sizes of at least 1 pixel");
            if (!(stage.UntilShare > share && stage.UntilShare < 1))
                throw OptionCheck.Wrong(nameof(stages), stage.UntilShare, "until shares of the epochs that rise, above 0 and below 1");
            share = stage.UntilShare;
        }
        Stages = [.. stages];
    }

    /// <summary>What comes before the images of full size, in its order.</summary>
    public IReadOnlyList<ProgressiveStage> Stages { get; }

    /// <summary>Stages of equal length, one for each size and a last one of the full size.</summary>
    /// <param name="sizes">Heights and widths in pixels, at least 1 each and no larger than the size that is scored; rising, as a rule.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no sizes, or one is below 1.</exception>
    public static ProgressiveResizing Of(params IReadOnlyList<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return new([.. sizes.Select((size, i) => new ProgressiveStage(size, (i + 1) / (sizes.Count + 1.0)))]);
    }

    /// <summary>Stages of any length, each perhaps with an augmentation of its own.</summary>
    /// <param name="stages">In their order. What follows the last one has the full size.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are none, a size is below 1, or the shares of the epochs do not rise from 0 to below 1.</exception>
    public static ProgressiveResizing OfStages(params IReadOnlyList<ProgressiveStage> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        return new(stages);
    }

    /// <summary>Reads "96,128,160", stages of equal length, or "96:0.5,128:0.8", each with the share of the epochs that it lasts until.</summary>
    /// <param name="text">Numbers in invariant form.</param>
    /// <exception cref="FormatException">The text has neither form; the message tells both.</exception>
    public static ProgressiveResizing Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',').Select(part => part.Split(':')).ToArray();
        var sizes = parts.Select(part => int.TryParse(part[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
        try
        {
            if (parts.All(part => part.Length == 1))
                return Of(sizes);
            if (parts.All(part => part.Length == 2))
                return OfStages([.. parts.Zip(sizes, (part, size) => new ProgressiveStage(size, Share(part[1])))]);
        }
        catch (ArgumentOutOfRangeException)
        {
            // told below
        }
        throw new FormatException($"'{text}' are no sizes to begin with: numbers of pixels such as 96,128,160, or with the share of the epochs that each "
            + "lasts until, rising and below 1, such as 96:0.5,128:0.8.");

        static double Share(string share) => double.TryParse(share, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    /// <summary>The sizes and shares as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => string.Join(',', Stages.Select(stage => $"{stage.Size}:{NamedNumbers.Text(stage.UntilShare)}"));

    /// <summary>The stage of an epoch; null once images have their full size.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="epochs">Of the training.</param>
    internal ProgressiveStage? StageOf(int epoch, int epochs) => Stages.FirstOrDefault(stage => epoch - 1 < stage.UntilShare * epochs - 1e-9);
}
