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
}
