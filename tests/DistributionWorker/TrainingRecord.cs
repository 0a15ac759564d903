namespace DistributionWorker;

/// <summary>What a training came to.</summary>
/// <param name="StopReason">Why it ended.</param>
/// <param name="Epochs">Its epochs.</param>
/// <param name="Features">What the log says of features that are kept; null: nothing.</param>
internal sealed record TrainingRecord(string StopReason, IReadOnlyList<EpochRecord> Epochs, string? Features);

/// <summary>What an epoch came to.</summary>
internal sealed record EpochRecord(int Epoch, long Images, long Steps, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy,
    double LearningRate);
