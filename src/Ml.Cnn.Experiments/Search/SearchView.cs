namespace Ml.Cnn.Experiments.Search;

/// <summary>All that a decision depends on.</summary>
internal sealed record SearchView
{
    public required IReadOnlyList<SearchTrial> Trials { get; init; }

    /// <summary>What may still be spent, what is under way taken off; infinite without a limit.</summary>
    public required double Remaining { get; init; }

    /// <summary>Whether another trial may be started.</summary>
    public required bool MayStart { get; init; }

    /// <summary>Whether what is left at the end, and is not enough for a rung, goes to the best trial's training all the same.</summary>
    public bool UsesRest { get; init; }

    /// <summary>What a new trial at a point would cost to bring to the first rung.</summary>
    public required Func<double[], double> CostOfStart { get; init; }

    /// <summary>What it would cost to bring a trial from its rung to the next.</summary>
    public required Func<SearchTrial, double> CostOfPromotion { get; init; }
}
