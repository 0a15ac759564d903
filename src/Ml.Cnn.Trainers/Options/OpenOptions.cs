namespace Ml.Cnn.Trainers.Options;

/// <summary>The options that the user left to the data: what the settings have there holds until the data has been looked at.</summary>
internal sealed record OpenOptions
{
    public required bool Epochs { get; init; }
    public required bool BatchSize { get; init; }
    public required bool LearningRate { get; init; }
    public required bool Schedule { get; init; }
    public required bool Augmentation { get; init; }
    public required bool EarlyStopping { get; init; }
    public required bool PreciseBatchNorm { get; init; }
}
