namespace Ml.Cnn.Experiments.Search;

/// <summary>What it takes to train further, in the budget's unit. Of two trainings of one trial the costs are as their epochs.</summary>
internal sealed class SearchCosts(SearchView view, RungPlan rungs)
{
    /// <summary>To bring a trial, which has a score, to its next rung.</summary>
    public double Next(SearchTrial trial) => view.CostOfPromotion(trial);

    /// <summary>To bring a trial, which has a score, to a rung; 0 where it is there. A rung that is under way is paid.</summary>
    public double Climb(SearchTrial trial, int rung)
    {
        var at = trial.Scores.Count - 1;
        if (at >= rung)
            return 0;
        var next = view.CostOfPromotion(trial);
        return next * (rungs.Ends[rung] - rungs.Ends[at]) / rungs.EpochsOf(at + 1) - (trial.IsPending ? next : 0);
    }

    /// <summary>To bring a new trial that has come to the first rung to another.</summary>
    public double ClimbOfNew(double[] point, int rung) => view.CostOfStart(point) * (rungs.Ends[rung] - rungs.Ends[0]) / rungs.Ends[0];

    /// <summary>To bring a trial that is under way from there to the last rung.</summary>
    public double ClimbOfPending(SearchTrial trial) => trial.Scores.Count >= rungs.Count ? 0
        : view.CostOfStart(trial.Point) * (rungs.Ends[^1] - rungs.Ends[trial.Scores.Count]) / rungs.Ends[0];

    /// <summary>The highest rung to which a trial can still be brought, with what is left; its own if no further.</summary>
    public int Reachable(SearchTrial trial)
    {
        var rung = rungs.Count - 1;
        while (rung >= trial.Scores.Count && Climb(trial, rung) > view.Remaining)
            rung--;
        return rung;
    }

    /// <summary>
    /// The rung that trials are to end at: the highest that takes a single trial no more than half of all that there was to spend, so that there is something
    /// to choose from before one is brought there.
    /// </summary>
    /// <param name="point">Of a trial like those that matter.</param>
    public int Goal(double[] point)
    {
        if (double.IsPositiveInfinity(view.Remaining))
            return rungs.Count - 1;
        var epoch = view.CostOfStart(point) / rungs.Ends[0];
        var rung = rungs.Count - 1;
        while (rung > 0 && epoch * rungs.Ends[rung] > Total / 2)
            rung--;
        return rung;
    }

    /// <summary>All that there was to spend.</summary>
    public double Total { get; } = view.Remaining + view.Trials.Sum(trial => Spent(trial, view, rungs));

    private static double Spent(SearchTrial trial, SearchView view, RungPlan rungs)
    {
        var count = trial.Scores.Count + (trial.IsPending ? 1 : 0);
        return count == 0 ? 0 : view.CostOfStart(trial.Point) * rungs.Ends[Math.Min(count, rungs.Count) - 1] / rungs.Ends[0];
    }
}
