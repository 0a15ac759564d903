namespace Ml.Cnn.Experiments.Search;

/// <summary>Given points, all trained alike: each to the first rung, then each to the second, and so on. Nobody is compared with anybody.</summary>
internal sealed class EqualShares(SearchSpace space, RungPlan rungs, IReadOnlyList<double[]> points) : SearchStrategy
{
    public override SearchDecision Next(SearchView view)
    {
        var waiting = points.FirstOrDefault(point => !view.Trials.Any(t => space.AreSame(t.Point, point)));
        if (waiting is not null && view.MayStart && view.CostOfStart(waiting) <= view.Remaining)
            return new SearchDecision.Start(waiting, "given point");
        var isPending = view.Trials.Any(t => t.IsPending);
        var next = view.Trials.Where(t => t.CanGoOn && !t.IsPending && t.Scores.Count < rungs.Count && view.CostOfPromotion(t) <= view.Remaining)
            .OrderBy(t => t.Scores.Count).ThenBy(t => t.Id).FirstOrDefault();
        // A trial is not taken up a rung before those below it have had their turn.
        if (next is not null && !view.Trials.Any(t => t.IsPending && t.Scores.Count < next.Scores.Count))
            return new SearchDecision.Promote(next.Id, "all are trained alike");
        return isPending ? new SearchDecision.Wait("all are trained alike") : new SearchDecision.End("no trial's next rung can be paid");
    }
}
