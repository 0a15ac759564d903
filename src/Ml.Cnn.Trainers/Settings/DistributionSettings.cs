using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>How a training is shared by processes, where it is. As JSON, and so in a checkpoint's identity, what the result depends on.</summary>
internal sealed record DistributionSettings
{
    /// <summary>Of a training that says nothing about it.</summary>
    public static DistributionSettings Default { get; } = Of(Distribution.Auto);

    /// <summary>Whether the process trains alone, however it was started.</summary>
    [JsonIgnore]
    public bool IsNone { get; init; }

    public required bool SynchronizedBatchNorm { get; init; }

    public required bool BFloat16Gradients { get; init; }

    /// <summary>Whether the learning rate is that of one process until training begins; the rate that comes of it is a setting of its own.</summary>
    [JsonIgnore]
    public bool ScalesLearningRate { get; init; }

    [JsonIgnore]
    public TimeSpan Patience { get; init; }

    /// <summary>The settings that an option says.</summary>
    public static DistributionSettings Of(Distribution option) => new()
    {
        IsNone = option.IsNone,
        SynchronizedBatchNorm = option.SynchronizedBatchNorm,
        BFloat16Gradients = option.BFloat16Gradients,
        ScalesLearningRate = option.ScalesLearningRate,
        Patience = option.Patience,
    };
}
