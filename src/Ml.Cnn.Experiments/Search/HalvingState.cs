namespace Ml.Cnn.Experiments.Search;

/// <summary>What a view comes to, for <see cref="SuccessiveHalvingSearch"/>.</summary>
internal sealed class HalvingState
{
    private const int LeastOfHalf = 3;

    private readonly SuccessiveHalvingSettings _settings;
    private readonly SearchView _view;
    private readonly SearchCosts _costs;
    private readonly RungGains _gains;
    private readonly SearchTrial[] _scored; // the best first
    private readonly double _bestScore;
    private readonly int _goal; // the rung at which trials are to end
    private readonly SearchTrial? _finisher;

    public HalvingState(SuccessiveHalvingSettings settings, SearchView view)
    {
        (_settings, _view) = (settings, view);
        _costs = new(view, settings.Rungs);
        _gains = new(view.Trials, settings.Rungs.Count);
        _scored = [.. view.Trials.Where(t => !t.HasFailed && t.Scores.Count > 0).OrderByDescending(_gains.Expected).ThenBy(t => t.Id)];
        // Where scores fall from rung to rung, those of lower rungs were luck.
        _bestScore = _scored.Length == 0 ? double.NegativeInfinity : _scored.Max(t => Math.Min(t.Scores[^1], _gains.Expected(t)));
        _goal = _costs.Goal(Best?.Point ?? settings.Space.Snap([.. settings.Space.Dimensions.Select(_ => 0.5)]));
        _finisher = FindFinisher();
    }

    /// <summary>The trial that is expected to be the best.</summary>
    private SearchTrial? Best => _scored.FirstOrDefault();

    private bool IsEndless => double.IsPositiveInfinity(_view.Remaining);

    private int Top => _settings.Rungs.Count - 1;

    // The best trial that can still be brought to the goal; none where a better one is there, and could make no use of more. What it takes is kept for it, so
    // that one will have come there.
    private SearchTrial? FindFinisher()
    {
        foreach (var trial in _scored)
        {
            if (trial.Scores.Count > _goal)
                return _view.UsesRest && trial.Scores.Count <= Top && (trial.CanGoOn || trial.IsPending) ? trial : null;
            if ((trial.CanGoOn || trial.IsPending) && _costs.Climb(trial, _goal) <= _view.Remaining && CanWin(trial))
                return trial;
        }
        return null;
    }

    // Where a training can end between two rungs, the best is worth more to train than others are to begin.
    private double Kept => _finisher is null ? 0 : _costs.Climb(_finisher, _view.UsesRest ? Top : _goal);

    /// <summary>Whether a trial can be started and the best one still be brought to its next rung.</summary>
    public bool LeavesNextRung(double[] point) =>
        _view.CostOfStart(point) + (_finisher is { IsPending: false } ? _costs.Next(_finisher) : 0) <= _view.Remaining;

    /// <summary>Whether a trial can be started and it, or the best one, still be trained to the end.</summary>
    public bool LeavesEnoughBehind(double[] point)
    {
        var share = IsEndless || _goal == 0 ? 0 : _settings.Reserve * _costs.Total / (_goal + 1);
        return _view.CostOfStart(point) + Math.Max(share, Math.Max(Kept, _costs.ClimbOfNew(point, _goal))) <= _view.Remaining;
    }

    /// <summary>
    /// Whether a trial that begins as well as any did, and then has luck, could be the best one at a rung that what is left still brings it to.
    /// </summary>
    public bool CouldStillWin(double[] point)
    {
        var start = _view.CostOfStart(point);
        if (_scored.Length == 0 || start + Kept > _view.Remaining)
            return false;
        var rung = Math.Min(Top, _gains.Highest);
        while (rung > 0 && start + _costs.ClimbOfNew(point, rung) > _view.Remaining)
            rung--;
        return rung > 0 && _gains.AtMost(_scored.Max(t => t.Scores[0]), 0, rung) >= _bestScore;
    }

    /// <summary>The best trial of the highest rung where one is among the best of each factor and not promoted yet.</summary>
    public SearchDecision.Promote? Promotable()
    {
        for (var rung = (IsEndless ? Top : _goal - 1) - 1; rung >= 0; rung--)
        {
            var there = _scored.Where(t => t.Scores.Count > rung).OrderByDescending(t => t.Scores[rung]).ThenBy(t => t.Id).ToArray();
            var count = (int)(there.Length / (_settings.Rungs.Factor * Selectivity(rung, there)));
            var next = there.Take(count).FirstOrDefault(t => t.Scores.Count == rung + 1 && t.CanGoOn && !t.IsPending && CanWin(t) && LeavesFinisher(t));
            if (next is not null)
                return new(next.Id, $"among the best {count} of {there.Length} at rung {rung + 1}");
        }
        return null;
    }

    // Where the better half of a rung's trials differ more than gains to the next rung do, their order here is theirs there, and fewer need to go on for the
    // best of them to be found. Where they do not, and where there is no end to what may be spent, it is as in the paper.
    private double Selectivity(int rung, SearchTrial[] there)
    {
        if (IsEndless)
            return 1;
        if (there.Length < 2 * LeastOfHalf || _gains.Spread(rung) is not { } spread)
            return _settings.Selectivity;
        var better = RungGains.Deviation([.. there.Take(there.Length / 2).Select(t => t.Scores[rung])]);
        return better <= spread ? 1 : Math.Min(_settings.Selectivity, better / spread);
    }

    /// <summary>When no trial is started any more: that which is expected to be the best of those that can go on.</summary>
    public SearchDecision.Promote? LastPromotion()
    {
        // Without a limit of cost the best one alone is trained to the end; halving has said which others. With one, those
        // that can still be fully trained come first: what does not come so far is hardly ever the best.
        var next = (IsEndless ? _scored.Take(1) : _scored.OrderByDescending(t => _costs.Climb(t, _goal) <= _view.Remaining))
            .FirstOrDefault(t => t.CanGoOn && !t.IsPending && t.Scores.Count <= Top && LeavesFinisher(t) && CanWin(t));
        return next is null ? null : new(next.Id, IsEndless ? "the best one is trained to the end" : "the best that what is left is enough for");
    }

    /// <summary>The points of trials for a tree-structured Parzen estimator; null where there are too few.</summary>
    public (IReadOnlyList<double[]> Good, IReadOnlyList<double[]> Bad)? GoodAndBad()
    {
        var failed = _view.Trials.Where(t => t.HasFailed).ToArray();
        var results = _scored.Length + failed.Length;
        if (results < 3 * _settings.LeastGood || _scored.Length < _settings.LeastGood)
            return null;
        var good = Math.Min(_scored.Length, Math.Max(_settings.LeastGood, (int)Math.Ceiling(_settings.GoodShare * results)));
        var pending = _view.Trials.Where(t => !t.HasFailed && t.Scores.Count == 0 && t.IsPending);
        return ([.. _scored.Take(good).Select(t => t.Point)], [.. _scored.Skip(good).Concat(failed).Concat(pending).Select(t => t.Point)]);
    }

    // Promoting the finisher is what is kept for it.
    private bool LeavesFinisher(SearchTrial trial) =>
        _costs.Next(trial) + (trial == _finisher ? 0 : Kept) <= _view.Remaining;

    private bool CanWin(SearchTrial trial)
    {
        var reachable = _costs.Reachable(trial);
        if (trial == Best || reachable < trial.Scores.Count)
            return reachable >= trial.Scores.Count;
        var compared = Math.Min(reachable, Math.Max(_gains.Highest, trial.Scores.Count));
        return _gains.AtMost(trial.Scores[^1], trial.Scores.Count - 1, compared) >= _bestScore;
    }
}
