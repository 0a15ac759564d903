using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>How far training has come: between two steps, or between two epochs.</summary>
internal sealed record TrainingPosition
{
    /// <summary>The epoch under way, from 1; one more than there are once all is done.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The epoch of the last step; 1 before the first.</summary>
    [JsonIgnore]
    public int LastTrainedEpoch => Batches > 0 ? Epoch : Math.Max(1, Epoch - 1);

    /// <summary>The epoch's batches that were trained on.</summary>
    public long Batches { get; init; }

    /// <summary>Steps over all epochs.</summary>
    public long Steps { get; init; }

    /// <summary>The epoch's images that were trained on.</summary>
    public long Images { get; init; }

    /// <summary>A hash of the labels of these images in their order, of those that came to the process that wrote the checkpoint.</summary>
    public ulong RowOrder { get; init; } = RowOrderHash.Empty;

    /// <summary>How many processes the images came to.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>What these images came to.</summary>
    public MetricSums Sums { get; init; } = new();

    /// <summary>The last step's.</summary>
    public double LearningRate { get; init; }

    /// <summary>The epochs that are over.</summary>
    public IReadOnlyList<CnnEpoch> History { get; init; } = [];

    /// <summary>Images that were skipped.</summary>
    public IReadOnlyList<BadImage> BadImages { get; init; } = [];

    public TrainingPosition BeginOfNextEpoch() => this with { Epoch = Epoch + 1, Batches = 0, Images = 0, RowOrder = RowOrderHash.Empty, Sums = new() };
}
