using Microsoft.ML;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Trainers.Options;

/// <summary>What a training is given beside its settings: data, callbacks and places to write to. Copied from the options when the trainer is made.</summary>
internal sealed record TrainingHandles
{
    public required OpenOptions Open { get; init; }
    public required IDataView? ValidationSet { get; init; }
    public required InitialWeights? Weights { get; init; }
    public required Distillation? Distillation { get; init; }
    public required PseudoLabels? PseudoLabels { get; init; }
    public required WeightsCache? WeightsCache { get; init; }
    public required IProgress<WeightsProgress>? DownloadProgress { get; init; }
    public required CheckpointOptions? Checkpoints { get; init; }
    public required string? LogFolder { get; init; }
    public required TrainingLogs Logs { get; init; }
    public required Action<IReadOnlyList<CnnChosenOption>>? ChosenOptionsCallback { get; init; }
    public required Action<CnnEpoch>? EpochCallback { get; init; }
    public required Action<CnnStep>? StepCallback { get; init; }
    public required IProgress<CnnProgress>? Progress { get; init; }
    public required CancellationToken CancellationToken { get; init; }
}
