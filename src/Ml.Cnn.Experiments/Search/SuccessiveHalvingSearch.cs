using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// Asynchronous successive halving (ASHA; Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2) within a budget: of the
/// trials that have come to a rung, the best of each <see cref="RungPlan.Factor"/> goes on to the next. New trials are given points, then those of a scrambled
/// Sobol sequence, and once there are results enough, what a tree-structured Parzen estimator proposes.
/// </summary>
/// <remarks>
/// <para><b>The model</b> is one of all trials at the highest rung that one has come to: scores of lower rungs are raised by the median gains. BOHB (Falkner
/// et al. 2018, section 3.2) builds it on the results of the highest rung that has enough of them; but then the many bad trials, which never come so far,
/// do not count against what is like them. Failed trials are the worst; those under way count as not good, so that not all go to one place.</para>
/// <para><b>Who cannot win is not promoted</b>: a trial that would stay below the best score even if at every rung that can still be paid it gained as much as
/// the luckiest trial did, and a deviation of the gains on top. Rank alone promotes its share of the trials however bad they are.</para>
/// <para><b>Within a budget</b> promotion is stricter than one of each factor where scores of a rung tell the next rung's (<see cref="HalvingState"/>), and
/// the last rung is kept for the end: whom one brings there early is mostly overtaken by what is found later. A trial is started only while what is then left
/// brings it, or the best one, to the last rung. From then on the trial that is expected to be the best is trained further, again and again, as long as
/// something is left and any can win; so a trial that was the best of its rungs is fully trained. Where one full training would take more than half of the
/// budget, the last rung is a lower one; with a limit of time a full training is kept for the best all the same, or all that is left once the given points
/// are tried: its last cycle of the learning rate is as short as the time wants it. Without a limit of cost it is ASHA as published.</para>
/// <para>No brackets that begin at different rungs (Hyperband): they would spend most of a small budget on full trainings of unchosen trials. No Gaussian
/// process: architectures and failures suit the estimator better, and from some hundred trials both learn about as much.</para>
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
        var start = view.MayStart ? NewPoint(view, state) : null;
        if (start is not null && state.LeavesEnoughBehind(start.Point))
            return start;
        if (state.LastPromotion() is { } last)
            return last;
        if (start is not null && state.CouldStillWin(start.Point))
            return start;
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
