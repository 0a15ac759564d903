using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>The options with every default filled in and checked: what a training run goes by.</summary>
internal sealed record TrainingSettings
{
    public required int Epochs { get; init; }
    public required int BatchSize { get; init; }
    public required double LearningRate { get; init; }
    [JsonConverter(typeof(LearningRateScheduleConverter))]
    public required LearningRateSchedule Schedule { get; init; }
    public required Optimizer Optimizer { get; init; }
    public required double Momentum { get; init; }
    public required bool Nesterov { get; init; }
    public required double WeightDecay { get; init; }
    public required bool DecayBiasesAndNorms { get; init; }
    public required double? GradientClippingNorm { get; init; }
    public required double? GradientClippingValue { get; init; }
    public required int GradientAccumulation { get; init; }
    public required double? AverageDecay { get; init; }
    public required MultiScale? MultiScale { get; init; }
    public required int Seed { get; init; }
    public required int ReaderThreads { get; init; }

    public static TrainingSettings From(CnnTrainerOptions options, TrainingDefaults defaults, int seed)
    {
        var rate = options.Optimizer switch
        {
            Optimizer.Sgd => defaults.LearningRate,
            Optimizer.Lars => 1,
            _ => 0.001,
        };
        // Trained weights are near a good place already; a head on a frozen trunk starts afresh.
        var scale = options.Weights is not null && options.Freeze != Freezing.Backbone ? 0.1 : 1;
        return new()
        {
            Epochs = options.Epochs,
            BatchSize = options.BatchSize ?? defaults.BatchSize,
            LearningRate = options.LearningRate ?? scale * rate,
            Schedule = options.Schedule,
            Optimizer = options.Optimizer,
            Momentum = options.Momentum,
            Nesterov = options.Nesterov,
            WeightDecay = options.WeightDecay ?? (options.Optimizer is Optimizer.AdamW or Optimizer.Lamb ? 0.01 : defaults.WeightDecay),
            DecayBiasesAndNorms = options.DecayBiasesAndNorms,
            GradientClippingNorm = options.GradientClippingNorm,
            GradientClippingValue = options.GradientClippingValue,
            GradientAccumulation = options.GradientAccumulation,
            AverageDecay = options.ExponentialMovingAverage,
            MultiScale = options.MultiScale,
            Seed = seed,
            ReaderThreads = options.ReaderThreads ?? Environment.ProcessorCount,
        };
    }
}
