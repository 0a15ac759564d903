namespace Ml.Cnn.Trainers.Settings;

/// <summary>Who takes part in a training.</summary>
internal sealed record SharingSettings
{
    public required DistributionSettings Distribution { get; init; }
}
