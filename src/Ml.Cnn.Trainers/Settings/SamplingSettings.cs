namespace Ml.Cnn.Trainers.Settings;

/// <summary>Which images an epoch draws, how large they are, and which are kept for validation.</summary>
internal sealed record SamplingSettings
{
    public required bool BalancedSampling { get; init; }
    public required MultiScale? MultiScale { get; init; }

    /// <summary>The sizes that training begins with; null: images have their full size from the beginning.</summary>
    public required ProgressiveResizing? ProgressiveResizing { get; init; }

    public required double? ValidationFraction { get; init; }
}
