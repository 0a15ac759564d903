using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Experiments.Settings;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>What the experiment does next: what the user and the settings want first, and then what the search says.</summary>
/// <param name="definition">The experiment.</param>
/// <param name="strategy">The search.</param>
internal sealed class Decisions(ExperimentDefinition definition, SearchStrategy strategy)
{
    // A first look at a network is not worth more of the time than this.
    private const double LargestFirstShare = 0.25;

    // Less than this is not worth a training that does not come to its rung.
    private const double WorthUsing = 0.02;

    // So many trials in a row that cost no image say that no budget will ever be spent.
    private const int MostInVain = 30;

    // Scoring, measuring and saving come after the last step.
    private const double ReservedShare = 0.01;

    private readonly ExperimentSpace _space = definition.SearchSpace;
    private readonly Dictionary<(string Architecture, int ImageSize), long> _multiplyAdds = [];

    /// <summary>The next job; null: none, before more results are seen, or at all.</summary>
    /// <param name="state">Where the experiment is.</param>
    /// <param name="seconds">How long it has gone on.</param>
    /// <param name="lag">How many jobs the decision lags behind, at least 1: the results of those after are not looked at.</param>
    /// <param name="ended">Why nothing more is to be done; null while something is.</param>
    public JobDecided? Next(ExperimentState state, double seconds, int lag, out string? ended)
    {
        ended = null;
        var costs = new JobCosts(definition, state, seconds, lag, MultiplyAdds);
        if (Given(state, costs) is { } given)
            return Start(state, costs, given.Configuration, given.Reason);
        var decision = strategy.Next(View(state, costs, lag));
        switch (decision)
        {
            case SearchDecision.Start start:
                var configuration = _space.Decode(start.Point);
                if (!IsInVain(state, configuration, lag))
                    return Start(state, costs, configuration, start.Reason);
                if (lag == 1 && !state.Open.Any())
                    ended = "the last trials ended before their first image";
                return null;
            case SearchDecision.Promote promote:
                return Promote(state, costs, state[promote.Trial], promote.Reason, lag);
            case SearchDecision.End end when lag == 1 && !state.Open.Any():
                if (Last(state, costs, lag) is { } last)
                    return last;
                ended = end.Reason;
                return null;
            default:
                return null;
        }
    }

    /// <summary>The rung that a trial is at: how many it has come to, as far as the next decision sees.</summary>
    private static int RungOf(ExperimentState state, TrialState trial, int lag) => Scored(state, trial, lag).Count();

    private double[] Scores(ExperimentState state, TrialState trial, int lag) =>
        [.. Scored(state, trial, lag).Select(metrics => metrics.ScoreOf(definition.Metric))];

    private static IEnumerable<CnnTrialMetrics> Scored(ExperimentState state, TrialState trial, int lag) => trial.Jobs
        .Where(job => state.IsVisible(job.Decision, lag)).Select(job => job.Result?.AtRung).OfType<CnnTrialMetrics>();

    // What the user wants, and what an earlier experiment found.
    private (TrialConfiguration Configuration, string Reason)? Given(ExperimentState state, JobCosts costs)
    {
        if (state.Wanted.FirstOrDefault() is { } wanted)
            return (wanted, "added by the user");
        if (!costs.MayStart)
            return null;
        var earlier = definition.WarmStart.FirstOrDefault(best =>
            state.Trials.All(trial => trial.Configuration != best) && costs.Of(best, rung: 0) <= costs.Remaining);
        return earlier is null ? null : (earlier, "the earlier experiment's best");
    }

    // Networks that were never tried are worth a try all the same.
    private static bool IsInVain(ExperimentState state, TrialConfiguration configuration, int lag)
    {
        if (state.Trials.All(trial => trial.Configuration.Architecture != configuration.Architecture))
            return false;
        var last = state.Trials.SelectMany(trial => trial.Jobs).Where(job => state.IsVisible(job.Decision, lag)).OrderByDescending(job => job.Decision.Job)
            .Take(MostInVain).ToArray();
        return last.Length == MostInVain && last.All(job => job.Result is { Images: 0 });
    }

    // Time is left, and no rung fits into it: the best trial that can be trained further makes use of it, to as many epochs as it is enough for.
    private JobDecided? Last(ExperimentState state, JobCosts costs, int lag)
    {
        if (definition.BudgetLimits.MaximumTime is not { } time || costs.SecondsLeft / time.TotalSeconds < WorthUsing)
            return null;
        var trial = state.Trials
            .Where(trial => CanGoOn(trial) && trial.Scored is { Result.IsPartial: false } && RungOf(state, trial, lag) < definition.Rungs.Count)
            .MaxBy(trial => trial.Scored!.Result!.Metrics!.ScoreOf(definition.Metric));
        if (trial is null)
            return null;
        var rung = RungOf(state, trial, lag);
        var epochs = costs.EpochsLeft(trial.Configuration, kept: WorthUsing * time.TotalSeconds);
        var end = definition.Rungs.BeginOf(rung) + epochs;
        return epochs == 0 ? null
            : Promote(state, costs, trial, "uses the time that is left", lag) with { Epochs = end < definition.Rungs.Ends[rung] ? end : null };
    }

    private SearchView View(ExperimentState state, JobCosts costs, int lag) => new()
    {
        Trials = [.. state.Trials.Select(trial => Seen(state, trial, lag))],
        Remaining = costs.Remaining,
        MayStart = costs.MayStart,
        UsesRest = definition.BudgetLimits.MaximumTime is not null,
        CostOfStart = point => costs.Of(_space.Decode(point), rung: 0),
        CostOfPromotion = trial => trial.Scores.Count < definition.Rungs.Count
            ? costs.Of(state[trial.Id].Configuration, trial.Scores.Count) : double.PositiveInfinity,
    };

    private SearchTrial Seen(ExperimentState state, TrialState trial, int lag)
    {
        var isPending = trial.Jobs.Any(job => !state.IsVisible(job.Decision, lag) || job.Result is null);
        return new()
        {
            Id = trial.Id,
            Point = _space.Encode(trial.Configuration),
            Scores = Scores(state, trial, lag),
            IsPending = isPending,
            CanGoOn = !isPending && CanGoOn(trial),
            HasFailed = !isPending && trial.Status is CnnTrialStatus.NotFinite or CnnTrialStatus.OutOfMemory or CnnTrialStatus.Failed
                or CnnTrialStatus.OverLimit or CnnTrialStatus.Stopped,
        };
    }

    private static bool CanGoOn(TrialState trial) => trial.Control == TrialControl.Resume
        && (trial.Status == CnnTrialStatus.Completed || trial is { Status: CnnTrialStatus.Paused, IsUnderWay: false });

    private JobDecided Start(ExperimentState state, JobCosts costs, TrialConfiguration configuration, string reason) =>
        new(state.Jobs + 1, state.Trials.Count + 1, Rung: 0, configuration, reason, SecondsFor(costs, isFirst: true));

    private JobDecided Promote(ExperimentState state, JobCosts costs, TrialState trial, string reason, int lag) =>
        new(state.Jobs + 1, trial.Id, RungOf(state, trial, lag), Configuration: null, reason, SecondsFor(costs, isFirst: false));

    private double? SecondsFor(JobCosts costs, bool isFirst)
    {
        if (costs.SecondsLeft is not { } left)
            return null;
        var all = definition.BudgetLimits.MaximumTime!.Value.TotalSeconds;
        left -= ReservedShare * all;
        return Math.Max(0.001, isFirst ? Math.Min(left, LargestFirstShare * all) : left);
    }

    // A network is read layer by layer for that, once for all decisions.
    private long MultiplyAdds(TrialConfiguration trial)
    {
        var key = (trial.Architecture, trial.ImageSize);
        if (!_multiplyAdds.TryGetValue(key, out var cost))
            _multiplyAdds.Add(key, cost = Math.Max(1, ArchitectureSpread.Cost(trial.Architecture, trial.ImageSize)));
        return cost;
    }
}
