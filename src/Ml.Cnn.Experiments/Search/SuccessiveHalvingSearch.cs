using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// Asynchronous successive halving (ASHA; Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2) within a budget: of the
/// trials that have come to a rung, the best of each <see cref="RungPlan.Factor"/> goes on to the next. New trials are given points, then those of a scrambled
/// Sobol sequence, and once there are results enough, what a tree-structured Parzen estimator proposes.
/// </summary>
/// <remarks>
/// <para><b>The model</b> is one over all trials at the highest rung that one has come to. BOHB (Falkner et al. 2018, section 3.2) builds it on the results of
/// the highest rung that has enough of them; then, however, the many bad trials, which never came so far, do not count against what is like them. Here scores
/// of lower rungs are raised by the median gain between rungs instead. Failed trials are the worst; those under way are no good yet.</para>
/// <para><b>Who cannot win is not promoted</b>: a trial that would stay below the best score so far even if at every rung that can still be paid it
/// gained as much as the luckiest trial did, and a deviation of the gains on top. Promotion by rank alone takes a third of the trials on however bad.</para>
/// <para><b>The end of the budget.</b> A trial is started only while what is then left brings it, or the best trial so far, to the last rung: what can no
/// longer be trained fully cannot win. From then on whichever trial is expected to be best, and can win, is trained further, again and again, until nothing is
/// left or the best one is fully trained and none can catch up. Where the budget is so small that one full training would take half of it, the last rung is a
/// lower one.</para>
/// <para>Several brackets that begin at different rungs (Hyperband) would spend most of a small budget on rungs that gains between rungs make
/// unnecessary; a Gaussian process has categories, conditions and failures against it, and of some hundred trials no more to say.</para>
/// </remarks>
internal sealed class SuccessiveHalvingSearch(SuccessiveHalvingSettings settings) : SearchStrategy
{
    private readonly SobolSequence _sobol = new(settings.Space.Count, settings.Seed);

    public override SearchDecision Next(SearchView view)
    {
        var state = new HalvingState(settings, view);
        if (view.MayStart && FirstPoint(view, state) is { } first)
            return new SearchDecision.Start(first.Point, $"given point {first.Number} of {settings.FirstPoints.Count}");
        if (state.Promotable() is { } promotion)
            return promotion;
        if (view.MayStart && NewPoint(view, state) is { } start && state.LeavesEnoughBehind(start.Point))
            return start;
        if (state.LastPromotion() is { } last)
            return last;
        return view.Trials.Any(trial => trial.IsPending)
            ? new SearchDecision.Wait("what is under way decides")
            : new SearchDecision.End(double.IsPositiveInfinity(view.Remaining) || view.MayStart is false
                ? "no trial that can win is left" : "nothing that could win can be paid any more");
    }

    private (double[] Point, int Number)? FirstPoint(SearchView view, HalvingState state)
    {
        for (var i = 0; i < settings.FirstPoints.Count; i++)
        {
            var point = settings.Space.Snap(settings.FirstPoints[i]);
            if (!IsTaken(view, point) && state.LeavesNextRung(point))
                return (point, i + 1);
        }
        return null;
    }

    private SearchDecision.Start? NewPoint(SearchView view, HalvingState state)
    {
        var number = view.Trials.Count;
        var random = new AugmentationRandom(settings.Seed, number, row: 0, stream: 1);
        var isEven = random.NextBoolean(settings.EvenShare);
        if (!isEven && state.GoodAndBad() is var (good, bad)
            && TreeParzenSampler.Propose(settings.Space, good, bad, ref random, point => IsTaken(view, point)) is { } proposed)
        {
            return new(proposed, FormattableString.Invariant($"proposed after {good.Count} good and {bad.Count} other trials"));
        }
        var sobol = settings.Space.Snap(_sobol.Point(number));
        if (!isEven && !IsTaken(view, sobol))
            return new(sobol, FormattableString.Invariant($"Sobol point {number}"));
        for (var i = 0; i < Draws; i++)
        {
            var drawn = settings.Space.Draw(ref random);
            if (!IsTaken(view, drawn))
                return new(drawn, "drawn from anywhere");
        }
        return null; // a small space of choices alone, which is as good as searched
    }

    private const int Draws = 100;

    private bool IsTaken(SearchView view, double[] point) => view.Trials.Any(trial => settings.Space.AreSame(trial.Point, point));
}
