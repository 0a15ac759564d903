using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments;

/// <summary>Everything that is chosen for a trial. Nothing is left to defaults, so that the same configuration always says the same training.</summary>
public sealed record TrialConfiguration
{
    /// <summary>The network's name in <see cref="Trainers.Architectures.ArchitectureCatalog"/>: "resnet18".</summary>
    public required string Architecture { get; init; }

    /// <summary>Height and width in pixels that images are brought to.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Images per training step, at least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The highest learning rate, above 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The optimizer.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>The weight decay, 0 or more.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>A name of <see cref="Transforms.ImageAugmentation.PresetNames"/>, or "none".</summary>
    public required string Augmentation { get; init; }

    /// <summary>What the weights start from: a name of published weights, or a file; null: random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>Which stages keep these weights.</summary>
    public Freezing Freeze { get; init; }

    /// <summary>Fixes the initial weights and the order of the images.</summary>
    public required int Seed { get; init; }
}
