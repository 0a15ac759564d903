using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Takes the color away; the number of channels stays. Without chance, so it belongs to scoring too.</summary>
public sealed record Grayscale : AugmentationStep
{
    internal override bool IsRandom => false;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) => Luma.ToGray(scratch.Image);
}

/// <summary>Takes the color away at random; the number of channels stays.</summary>
public sealed record RandomGrayscale : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="probability">How often, from 0 to 1. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of its range.</exception>
    public RandomGrayscale(double probability = 0.1) => Probability = CheckedProbability(probability, nameof(probability));

    /// <summary>How often an image loses its color.</summary>
    public double Probability { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (random.NextBoolean(Probability))
            Luma.ToGray(scratch.Image);
    }
}
