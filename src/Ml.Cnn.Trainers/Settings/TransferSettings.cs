namespace Ml.Cnn.Trainers.Settings;

/// <summary>Which weights training starts from, and which parts of the network it changes when.</summary>
internal sealed record TransferSettings
{
    /// <summary>The weights' name or file, in words; null: random weights.</summary>
    public required string? Weights { get; init; }

    /// <summary>True or null, as checkpoints have it that were written before this was an option.</summary>
    public required bool? KeepKnownClasses { get; init; }

    public required Freezing Freeze { get; init; }
    public required int EpochsPerStage { get; init; }
    public required double? LayerRateDecay { get; init; }
    public required IReadOnlyList<double>? StageLearningRates { get; init; }
    public required IReadOnlyList<int>? StageEpochs { get; init; }
    public required BatchNormStatistics BatchNormStatistics { get; init; }
}
