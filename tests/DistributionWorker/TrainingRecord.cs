namespace DistributionWorker;

/// <summary>What a training came to.</summary>
internal sealed record TrainingRecord(string StopReason, IReadOnlyList<EpochRecord> Epochs);

/// <summary>What an epoch came to.</summary>
internal sealed record EpochRecord(int Epoch, long Images, long Steps, double Loss, double Accuracy, double? ValidationLoss, double? ValidationAccuracy,
    double LearningRate);
