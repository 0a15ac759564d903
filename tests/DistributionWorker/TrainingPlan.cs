using System.Text.Json;

namespace DistributionWorker;

/// <summary>A training that a test wants of each process.</summary>
internal sealed record TrainingPlan
{
    /// <summary>Where each process writes its weights (rank-0.safetensors) and its history (rank-0.json).</summary>
    public required string Folder { get; init; }

    /// <summary>"lenet5", or one of 64 pixels: "resnet18", "squeezenet1_1" with its dropout.</summary>
    public string Network { get; init; } = "lenet5";
    public int Images { get; init; } = 90;
    public int ValidationImages { get; init; }

    /// <summary>Of each process.</summary>
    public int BatchSize { get; init; } = 10;
    public int Accumulation { get; init; } = 1;
    public int Epochs { get; init; } = 1;
    public double LearningRate { get; init; } = 0.01;
    public bool SynchronizedBatchNorm { get; init; }
    public bool BFloat16Gradients { get; init; }
    public bool IsContiguous { get; init; }

    /// <summary>Weights whose head alone is trained, on features that are kept; null: the whole network, from random weights.</summary>
    public string? Backbone { get; init; }
    public double Patience { get; init; } = 60;
    public string? Checkpoints { get; init; }

    /// <summary>The rank that something happens to, after so many steps.</summary>
    public int? Rank { get; init; }
    public int Step { get; init; }

    /// <summary>"killed", "hangs", "fails", "canceled", or "other" for a process that sees other options.</summary>
    public string? Event { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this);
}
