using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>A part of a training whose images are smaller than those that are scored; see <see cref="ProgressiveResizing"/>.</summary>
/// <param name="Size">Height and width of the images in pixels, at least 1.</param>
/// <param name="UntilShare">The share of the epochs after which the stage ends, above 0 and below 1.</param>
public sealed record ProgressiveStage(int Size, double UntilShare)
{
    /// <summary>
    /// What happens to the stage's images, in the place of the training's <see cref="CnnTrainerOptions.Augmentation"/>: weaker as a rule, since small images
    /// have less to spare (Tan and Le 2021, section 4.1). <see cref="ImageAugmentation.None"/>: nothing. Default: the training's.
    /// </summary>
    public ImageAugmentation? Augmentation { get; init; }
}
