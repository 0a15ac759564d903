using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>
/// One of 25 learned pairs of operations (Cubuk et al., AutoAugment: Learning Augmentation Strategies from Data, 2019).
/// </summary>
public sealed record AutoAugment : AugmentationStep
{
    private const int LargestLevel = 9;

    /// <summary>Makes the step.</summary>
    /// <param name="policy">The data set that the pairs were learned on. Default ImageNet.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">For the operations that move pixels. Default nearest, as in the paper's program.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public AutoAugment(AutoAugmentPolicy policy = AutoAugmentPolicy.ImageNet, int fill = 0, WarpSampling sampling = WarpSampling.Nearest)
    {
        Policy = Enum.IsDefined(policy) ? policy : throw new ArgumentOutOfRangeException(nameof(policy), policy, "Unknown policy.");
        (Fill, Sampling) = (FillColor.Checked(fill, nameof(fill)), sampling.Checked(nameof(sampling)));
    }

    /// <summary>The data set that the pairs were learned on.</summary>
    public AutoAugmentPolicy Policy { get; }

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>For the operations that move pixels.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var pairs = Policy == AutoAugmentPolicy.ImageNet ? LearnedPolicy.ImageNet : LearnedPolicy.Cifar10;
        var (first, second) = pairs[random.NextInteger(pairs.Length)];
        Apply(first, scratch, ref random);
        Apply(second, scratch, ref random);
    }

    private void Apply(PolicyStep step, AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (!random.NextBoolean(step.Probability))
            return;
        var magnitude = MagnitudeScale.Standard(step.Operation, (double)step.Level / LargestLevel, scratch.Width, scratch.Height);
        step.Operation.Apply(scratch, step.Operation.IsSigned() && random.NextBoolean(0.5) ? -magnitude : magnitude, Sampling, Fill);
    }
}

/// <summary>The data set that an <see cref="AutoAugment"/> policy was learned on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AutoAugmentPolicy>))]
public enum AutoAugmentPolicy
{
    /// <summary>Photos of a thousand kinds of things: mostly changes of color, and rotation.</summary>
    ImageNet,

    /// <summary>Small images of ten kinds of things.</summary>
    Cifar10,
}
