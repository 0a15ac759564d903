namespace Ml.Cnn.Experiments.Search;

/// <summary>What a <see cref="SuccessiveHalvingSearch"/> searches, and how.</summary>
internal sealed record SuccessiveHalvingSettings
{
    public required SearchSpace Space { get; init; }

    public required RungPlan Rungs { get; init; }

    /// <summary>Of the experiment. What is drawn depends on it and on how many trials there are.</summary>
    public required int Seed { get; init; }

    /// <summary>Points that are tried before all others, in this order: each architecture at its defaults, the cheapest first. May be none.</summary>
    public IReadOnlyList<double[]> FirstPoints { get; init; } = [];

    /// <summary>The share of trials whose points count as good, above 0 and below 1. Default 0.15, the q of BOHB (Falkner et al. 2018, section 3.2).</summary>
    public double GoodShare { get; init; } = 0.15;

    /// <summary>How many good points there are at least; the estimator begins when there are three times as many results. Default 3.</summary>
    public int LeastGood { get; init; } = 3;

    /// <summary>
    /// The share of points that are drawn from anywhere rather than proposed by the estimator, so that no part of the space is left out for good (the ρ of
    /// BOHB). Default 0.1.
    /// </summary>
    public double EvenShare { get; init; } = 0.1;

    /// <summary>
    /// How many times stricter than one of each <see cref="RungPlan.Factor"/> promotion may be where a rung's order is that of the next, 1 or more. Default 3.
    /// </summary>
    public double Selectivity { get; init; } = 3;

    /// <summary>
    /// What is kept for promotions at the end, if that is more than one full training: of the budget divided by the rungs, the share from 0. Default 0.5.
    /// </summary>
    public double Reserve { get; init; } = 0.5;
}
