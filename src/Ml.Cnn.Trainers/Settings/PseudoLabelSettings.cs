using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>How a network learns from images without labels.</summary>
internal sealed record PseudoLabelSettings
{
    /// <summary>How many images there are, and which: "2000 rows (3f2a…)"; null until the run has looked at them.</summary>
    public required string? Images { get; init; }

    public required double Threshold { get; init; }
    public required int Ratio { get; init; }
    public required double Weight { get; init; }

    /// <summary>What is done to the images beyond the training's augmentation.</summary>
    public required ImageAugmentation StrongAugmentation { get; init; }
}
