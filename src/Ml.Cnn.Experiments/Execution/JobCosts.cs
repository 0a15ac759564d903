using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>
/// What jobs cost and what is left, as shares of the budget: images are counted, and seconds are estimated from those of earlier jobs.
/// </summary>
internal sealed class JobCosts
{
    // Before anything is measured: a core's multiply-adds per second in training, in round numbers. Wrong by less than tenfold on today's machines.
    private const double AssumedSecondsPerMultiplyAdd = 1e-10;

    private readonly ExperimentDefinition _definition;
    private readonly ExperimentState _state;
    private readonly double _seconds;
    private readonly int _lag;
    private readonly Func<TrialConfiguration, long> _multiplyAdds;

    /// <param name="definition">The experiment.</param>
    /// <param name="state">Where it is.</param>
    /// <param name="seconds">How long it has gone on.</param>
    /// <param name="lag">How many jobs the decision lags behind that asks.</param>
    /// <param name="multiplyAdds">Of a trial's network for one image, at least 1.</param>
    public JobCosts(ExperimentDefinition definition, ExperimentState state, double seconds, int lag, Func<TrialConfiguration, long> multiplyAdds) =>
        (_definition, _state, _seconds, _lag, _multiplyAdds) = (definition, state, seconds, lag, multiplyAdds);

    private ExperimentBudget Budget => _definition.BudgetLimits;

    /// <summary>Seconds that are left; null without such a limit.</summary>
    public double? SecondsLeft => Budget.MaximumTime is { } time ? time.TotalSeconds - _seconds : null;

    /// <summary>The share of the budget that is left once all that is under way has come to its end; infinite where only trials are counted.</summary>
    public double Remaining
    {
        get
        {
            var left = double.PositiveInfinity;
            if (SecondsLeft is { } seconds)
            {
                var underWay = _state.Open.Sum(job => Seconds(_state[job.Trial].Configuration, Images(job)));
                left = (seconds - underWay) / Budget.MaximumTime!.Value.TotalSeconds;
            }
            if (Budget.MaximumImages is { } images)
                left = Math.Min(left, (images - Spent) / images);
            return left;
        }
    }

    /// <summary>Whether another trial may be started.</summary>
    public bool MayStart => _state.Trials.Count < (Budget.MaximumTrials ?? int.MaxValue);

    /// <summary>The share of the budget that a job takes.</summary>
    public double Of(TrialConfiguration trial, int rung)
    {
        var images = Images(rung);
        var share = 0.0;
        if (Budget.MaximumTime is { } time)
            share = Seconds(trial, images) / time.TotalSeconds;
        if (Budget.MaximumImages is { } most)
            share = Math.Max(share, images / (double)most);
        return share;
    }

    /// <summary>How many epochs of a trial the time is enough for, of which a part is kept; 0 without a limit of time.</summary>
    /// <param name="trial">Any.</param>
    /// <param name="kept">Seconds for what comes after the last step.</param>
    public int EpochsLeft(TrialConfiguration trial, double kept) =>
        SecondsLeft is { } seconds ? (int)Math.Max(0, (seconds - kept) / Seconds(trial, ImagesPerEpoch)) : 0;

    private long ImagesPerEpoch => _definition.Data.Images * _definition.Trainings;

    private long Images(int rung) => ImagesPerEpoch * _definition.Rungs.EpochsOf(rung);

    private long Images(JobDecided job) => ImagesPerEpoch * (_definition.EndOf(job) - _definition.Rungs.BeginOf(job.Rung));

    // What is decided on counts whole; what is known to have ended earlier counts as it was.
    private double Spent => _state.Trials.SelectMany(trial => trial.Jobs)
        .Sum(job => job.Result is { } result && _state.IsVisible(job.Decision, _lag) ? result.Images : Images(job.Decision));

    private double Seconds(TrialConfiguration trial, long images) => images * SecondsPerImage(trial);

    // As long as the trial itself has taken so far, or the network in others; as long as other networks take for a multiply-add, if it is new.
    private double SecondsPerImage(TrialConfiguration trial)
    {
        var measured = Measured.ToArray();
        var same = measured.Where(job => job.Trial.Architecture == trial.Architecture && job.Trial.ImageSize == trial.ImageSize).ToArray();
        if (same.Where(job => job.Trial == trial).ToArray() is { Length: > 0 } own)
            same = own;
        if (same.Length > 0)
            return same.Sum(job => job.Seconds) / same.Sum(job => job.Images);
        var each = measured.Select(job => job.Seconds / job.Images / _multiplyAdds(job.Trial)).Order().ToArray();
        return _multiplyAdds(trial) * (each.Length > 0 ? each[each.Length / 2] : AssumedSecondsPerMultiplyAdd);
    }

    private IEnumerable<(TrialConfiguration Trial, double Seconds, long Images)> Measured =>
        from trial in _state.Trials
        from job in trial.Jobs
        where job.Result is { Images: > 0 } && _state.IsVisible(job.Decision, _lag)
        select (trial.Configuration, job.Result!.Seconds, job.Result.Images);
}
