using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Swaps left and right. Not for digits, letters or road signs, which mean something else in the mirror.</summary>
public sealed record RandomHorizontalFlip : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of its range.</exception>
    public RandomHorizontalFlip(double probability = 0.5) => Probability = CheckedProbability(probability, nameof(probability));

    /// <summary>How often an image is flipped.</summary>
    public double Probability { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (random.NextBoolean(Probability))
            Mirror.Horizontally(scratch.Image);
    }
}

/// <summary>
/// Swaps left and right of each image in every second epoch: the first time it is drawn, and from there on the image and its mirror image take turns
/// (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", section 3.6). Any two epochs in succession so show every image both ways, where
/// <see cref="RandomHorizontalFlip"/> shows half of the images twice the same way.
/// </summary>
public sealed record AlternatingHorizontalFlip : AugmentationStep
{
    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if ((random.OfEveryEpoch().NextInteger(2) + random.Epoch) % 2 != 0)
            Mirror.Horizontally(scratch.Image);
    }
}

/// <summary>Swaps top and bottom: for images that have no upside, as from a microscope or from above.</summary>
public sealed record RandomVerticalFlip : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of its range.</exception>
    public RandomVerticalFlip(double probability = 0.5) => Probability = CheckedProbability(probability, nameof(probability));

    /// <summary>How often an image is flipped.</summary>
    public double Probability { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (random.NextBoolean(Probability))
            Mirror.Vertically(scratch.Image);
    }
}
