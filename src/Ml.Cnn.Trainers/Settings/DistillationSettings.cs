namespace Ml.Cnn.Trainers.Settings;

/// <summary>How a network learns from another one's outputs.</summary>
internal sealed record DistillationSettings
{
    /// <summary>The teacher's network and the SHA-256 of its weights: "resnet50 3f2a…"; null until the run has opened it.</summary>
    public required string? Teacher { get; init; }

    public required double Temperature { get; init; }
    public required double Share { get; init; }
}
