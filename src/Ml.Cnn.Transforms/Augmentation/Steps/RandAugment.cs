using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Some operations after each other, each drawn from fourteen, all of one magnitude (Cubuk et al., RandAugment, 2020, section 3).
/// </summary>
public sealed record RandAugment : AugmentationStep
{
    /// <summary>The paper's fourteen; the others of <see cref="PolicyOperation"/> follow them.</summary>
    internal const int OperationCount = (int)PolicyOperation.Equalize + 1;

    private const int LargestMagnitude = 30;

    /// <summary>Makes the step.</summary>
    /// <param name="count">How many operations follow each other (the paper's N), from 1 to 10. Default 2.</param>
    /// <param name="magnitude">How strong they are (M), from 0 to 30. Default 9.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">For the operations that move pixels. Default nearest, as in the paper's program.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RandAugment(int count = 2, int magnitude = 9, int fill = 0, WarpSampling sampling = WarpSampling.Nearest)
    {
        if (count is < 1 or > 10)
            throw new ArgumentOutOfRangeException(nameof(count), count, "The number of operations must lie within 1 and 10.");
        if (magnitude is < 0 or > LargestMagnitude)
            throw new ArgumentOutOfRangeException(nameof(magnitude), magnitude, $"The magnitude must lie within 0 and {LargestMagnitude}.");
        (Count, Magnitude) = (count, magnitude);
        (Fill, Sampling) = (FillColor.Checked(fill, nameof(fill)), sampling.Checked(nameof(sampling)));
    }

    /// <summary>How many operations follow each other.</summary>
    public int Count { get; }

    /// <summary>How strong they are, from 0 to 30.</summary>
    public int Magnitude { get; }

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>For the operations that move pixels.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        for (var i = 0; i < Count; i++)
        {
            var (operation, magnitude) = Draw(scratch.Width, scratch.Height, ref random);
            operation.Apply(scratch, magnitude, Sampling, Fill);
        }
    }

    internal (PolicyOperation Operation, double Magnitude) Draw(int width, int height, ref AugmentationRandom random)
    {
        var operation = (PolicyOperation)random.NextInteger(OperationCount);
        var magnitude = MagnitudeScale.Standard(operation, (double)Magnitude / LargestMagnitude, width, height);
        return (operation, operation.IsSigned() && random.NextBoolean(0.5) ? -magnitude : magnitude);
    }
}

/// <summary>
/// One operation of fourteen, with a random magnitude from wide ranges: nothing to tune (Müller and Hutter, TrivialAugment,
/// 2021, algorithm 1 and table 1).
/// </summary>
public sealed record TrivialAugmentWide : AugmentationStep
{
    private const int LargestMagnitude = 30;

    /// <summary>Makes the step.</summary>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">For the operations that move pixels. Default nearest, as in the paper's program.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public TrivialAugmentWide(int fill = 0, WarpSampling sampling = WarpSampling.Nearest) =>
        (Fill, Sampling) = (FillColor.Checked(fill, nameof(fill)), sampling.Checked(nameof(sampling)));

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>For the operations that move pixels.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        var (operation, magnitude) = Draw(ref random);
        operation.Apply(scratch, magnitude, Sampling, Fill);
    }

    internal static (PolicyOperation Operation, double Magnitude) Draw(ref AugmentationRandom random)
    {
        var operation = (PolicyOperation)random.NextInteger(RandAugment.OperationCount);
        var magnitude = MagnitudeScale.Wide(operation, (double)random.NextInteger(LargestMagnitude + 1) / LargestMagnitude);
        return (operation, operation.IsSigned() && random.NextBoolean(0.5) ? -magnitude : magnitude);
    }
}
