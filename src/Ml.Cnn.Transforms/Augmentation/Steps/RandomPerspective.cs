using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Shows the image as if seen from aside: each corner moves inwards by a random part of the way to the middle.</summary>
public sealed record RandomPerspective : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="distortion">How far corners may move, from 0 to 1 (up to the middle). Default 0.5.</param>
    /// <param name="probability">How often, from 0 to 1. Default 0.5.</param>
    /// <param name="fill">The color of what comes into sight, 0xRRGGBB. Default black.</param>
    /// <param name="sampling">How pixels between pixels are computed. Default bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RandomPerspective(double distortion = 0.5, double probability = 0.5, int fill = 0, WarpSampling sampling = WarpSampling.Bilinear)
    {
        if (distortion is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(distortion), distortion, "The distortion must lie within 0 and 1.");
        (Distortion, Probability) = (distortion, CheckedProbability(probability, nameof(probability)));
        (Fill, Sampling) = (FillColor.Checked(fill, nameof(fill)), sampling.Checked(nameof(sampling)));
    }

    /// <summary>How far corners may move: 1 is up to the middle.</summary>
    public double Distortion { get; }

    /// <summary>How often an image is distorted.</summary>
    public double Probability { get; }

    /// <summary>The color of what comes into sight, 0xRRGGBB.</summary>
    [JsonConverter(typeof(FillColorConverter))]
    public int Fill { get; }

    /// <summary>How pixels between pixels are computed.</summary>
    public WarpSampling Sampling { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (!random.NextBoolean(Probability))
            return;
        var (width, height) = (scratch.Width, scratch.Height);
        // At 1 opposite corners could meet, and nothing would be left to see.
        var (reachX, reachY) = ((int)(Distortion * (width / 2)), (int)(Distortion * (height / 2)));
        reachX = Math.Min(reachX, Math.Max(0, (width - 2) / 2));
        reachY = Math.Min(reachY, Math.Max(0, (height - 2) / 2));
        Span<(double X, double Y)> corners =
        [
            (random.NextInteger(reachX + 1), random.NextInteger(reachY + 1)),
            (width - 1 - random.NextInteger(reachX + 1), random.NextInteger(reachY + 1)),
            (width - 1 - random.NextInteger(reachX + 1), height - 1 - random.NextInteger(reachY + 1)),
            (random.NextInteger(reachX + 1), height - 1 - random.NextInteger(reachY + 1)),
        ];
        if (Projection.Perspective(width, height, corners) is { } projection)
            Warp.Apply(scratch, projection, Sampling, Fill);
    }
}
