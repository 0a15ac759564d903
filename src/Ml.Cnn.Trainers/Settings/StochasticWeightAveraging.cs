namespace Ml.Cnn.Trainers;

/// <summary>
/// Stochastic weight averaging (Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization", algorithm 1): the equal average of
/// the weights at the ends of the last epochs, which are trained at one rate.
/// </summary>
/// <example>
/// <code>
/// WeightAveraging = new StochasticWeightAveraging { FromShare = 0.75, LearningRate = 0.05 }
/// </code>
/// </example>
public sealed class StochasticWeightAveraging
{
    /// <summary>The share of the epochs after which the first weights are taken, above 0 and below 1, rounded up to whole epochs. Default 0.75.</summary>
    public double FromShare { get; init; } = 0.75;

    /// <summary>The learning rate from there on, above 0, in the place of the schedule's. Default: the one that the schedule has there.</summary>
    public double? LearningRate { get; init; }

    /// <summary>How many epochs lie between two weights that are averaged, at least 1. Default 1.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>The epoch, from 1, whose weights are the first ones.</summary>
    internal int FirstEpoch(int epochs) => Math.Max(1, (int)Math.Ceiling(FromShare * epochs));
}
