using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>How losses become steps of the weights.</summary>
internal sealed record OptimizationSettings
{
    public required int Epochs { get; init; }

    /// <summary>The steps that the epochs follow from where these are left open; null: the data says.</summary>
    public int? Steps { get; init; }

    public required int BatchSize { get; init; }
    public required double LearningRate { get; init; }

    [JsonConverter(typeof(LearningRateScheduleConverter))]
    public required LearningRateSchedule Schedule { get; init; }

    public required Optimizer Optimizer { get; init; }
    public required double Momentum { get; init; }
    public required bool Nesterov { get; init; }

    /// <summary>Null, as the three that follow, where the optimizer does not use it.</summary>
    public required double? Beta1 { get; init; }
    public required double? Beta2 { get; init; }
    public required double? Epsilon { get; init; }
    public required double? Alpha { get; init; }

    public required double WeightDecay { get; init; }
    public required bool DecayBiasesAndNorms { get; init; }
    public required double LabelSmoothing { get; init; }

    [JsonConverter(typeof(ClassWeightsConverter))]
    public required ClassWeights? ClassWeights { get; init; }

    public required double? GradientClippingNorm { get; init; }
    public required double? GradientClippingValue { get; init; }
    public required int GradientAccumulation { get; init; }
    public required double? ExponentialMovingAverage { get; init; }
    public required bool GradientCentralization { get; init; }
    public required double? SharpnessAwareRadius { get; init; }
    public required Lookahead? Lookahead { get; init; }
    public required double? NormBiasRateFactor { get; init; }
}
