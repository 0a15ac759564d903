namespace Ml.Cnn.Trainers.Settings;

/// <summary>How a training is shared by processes, where it is.</summary>
internal sealed record DistributionSettings
{
    /// <summary>Whether the process trains alone, however it was started.</summary>
    [DoesNotAffectResult]
    public required bool IsNone { get; init; }

    public required bool SynchronizedBatchNorm { get; init; }

    public required bool BFloat16Gradients { get; init; }

    /// <summary>Whether the learning rate is that of one process until training begins; the rate that comes of it is a setting of its own.</summary>
    [DoesNotAffectResult]
    public required bool ScalesLearningRate { get; init; }

    [DoesNotAffectResult]
    public required TimeSpan Patience { get; init; }
}
