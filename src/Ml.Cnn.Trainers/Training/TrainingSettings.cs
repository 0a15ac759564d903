using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers.Training;

/// <summary>The options with every default filled in and checked: what a training run goes by.</summary>
internal sealed record TrainingSettings
{
    public required int Epochs { get; init; }
    public required int BatchSize { get; init; }
    public required double LearningRate { get; init; }
    public required LearningRateSchedule Schedule { get; init; }
    public required Optimizer Optimizer { get; init; }
    public required double Momentum { get; init; }
    public required double WeightDecay { get; init; }
    public required int Seed { get; init; }
    public required int ReaderThreads { get; init; }

    public static TrainingSettings From(CnnOptions options, TrainingDefaults defaults, int seed)
    {
        var adaptive = options.Optimizer is Optimizer.Adam or Optimizer.AdamW;
        // Trained weights are near a good place already; a head on a frozen trunk starts afresh.
        var scale = options.Weights is not null && options.Freeze != Freezing.Backbone ? 0.1 : 1;
        return new()
        {
            Epochs = options.Epochs,
            BatchSize = options.BatchSize ?? defaults.BatchSize,
            LearningRate = options.LearningRate ?? scale * (adaptive ? 0.001 : defaults.LearningRate),
            Schedule = options.Schedule,
            Optimizer = options.Optimizer,
            Momentum = options.Momentum,
            WeightDecay = options.WeightDecay ?? (options.Optimizer == Optimizer.AdamW ? 0.01 : defaults.WeightDecay),
            Seed = seed,
            ReaderThreads = options.ReaderThreads ?? Environment.ProcessorCount,
        };
    }
}
