using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Lookahead (Zhang et al. 2019, "Lookahead Optimizer: k steps forward, 1 step back", algorithm 1): after every few steps of the optimizer, slow weights go
/// some of the way to where it has come, and it goes on from there.
/// </summary>
/// <example>
/// <code>
/// Lookahead = new Lookahead { Steps = 5, StepSize = 0.5 }
/// </code>
/// </example>
public sealed class Lookahead
{
    /// <summary>k: steps of the optimizer before the slow weights move, at least 1. Default 5.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>α: the share of the way, above 0 to 1. Default 0.5.</summary>
    public double StepSize { get; init; } = 0.5;

    /// <summary>
    /// α at the end of training, above 0 to 1: it goes from <see cref="StepSize"/> to this with the cube of the share of training that is done, so that the
    /// slow weights are an average of more and more steps (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", section 3.4: from 1 to
    /// 1 − 0.95⁵). Default null: <see cref="StepSize"/> throughout.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LastStepSize { get; init; }

    /// <summary>
    /// Whether the running statistics of batch normalization are slow, too, so that they are those of the slow weights (Jordan 2024, section 3.4). Default
    /// false: they follow the optimizer's.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IncludesStatistics { get; init; }

    /// <summary>α where that share of training is done.</summary>
    /// <param name="done">From 0 to 1.</param>
    internal double StepSizeAt(double done) => LastStepSize is { } last ? double.Lerp(StepSize, last, done * done * done) : StepSize;
}
