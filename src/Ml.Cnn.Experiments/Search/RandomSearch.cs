using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// Random points, each trained to the last rung before the next is begun: what every search is measured against (Bergstra and Bengio 2012, "Random Search
/// for Hyper-Parameter Optimization"). A trial is started only while all of its training can be paid.
/// </summary>
internal sealed class RandomSearch(SearchSpace space, RungPlan rungs, int seed) : SearchStrategy
{
    private const int Draws = 100;

    public override SearchDecision Next(SearchView view)
    {
        var costs = new SearchCosts(view, rungs);
        if (view.Trials.FirstOrDefault(t => t.CanGoOn && !t.IsPending && t.Scores.Count < rungs.Count && costs.Next(t) <= view.Remaining) is { } unfinished)
            return new SearchDecision.Promote(unfinished.Id, "trained to the end");
        var random = new AugmentationRandom(seed, view.Trials.Count, row: 0, stream: 2);
        // What trials that are under way will take to their ends is as good as spent.
        var promised = view.Trials.Where(t => t.IsPending).Sum(t => costs.ClimbOfPending(t));
        for (var i = 0; view.MayStart && i < Draws; i++)
        {
            // Near the end of a budget the cheaper ones of the points still can be paid.
            var point = space.Draw(ref random);
            if (view.CostOfStart(point) + costs.ClimbOfNew(point, rungs.Count - 1) + promised <= view.Remaining)
                return new SearchDecision.Start(point, "random point");
        }
        return view.Trials.Any(t => t.IsPending)
            ? new SearchDecision.Wait("what is under way goes on")
            : new SearchDecision.End("no trial can be paid to its end");
    }
}
