namespace Ml.Cnn.Trainers.Settings;

/// <summary>Where and in which arithmetic the network runs.</summary>
internal sealed record ExecutionSettings
{
    [DoesNotAffectResult]
    public required string Device { get; init; }

    public required Precision Precision { get; init; }

    [DoesNotAffectResult]
    public required int? NetworkThreads { get; init; }
}
