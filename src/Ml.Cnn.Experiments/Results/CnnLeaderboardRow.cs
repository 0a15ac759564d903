namespace Ml.Cnn.Experiments;

/// <summary>A trial and how it stands to the others.</summary>
public sealed record CnnLeaderboardRow
{
    internal CnnLeaderboardRow() { }

    /// <summary>
    /// Its place by the experiment's metric, from 1; null for what cannot be the best: without metrics, failed, given up by the user, or over a limit.
    /// </summary>
    public required int? Rank { get; init; }

    /// <summary>The trial.</summary>
    public required CnnRunDetail Run { get; init; }

    /// <summary>The 95 % confidence intervals of its metrics; null without metrics.</summary>
    public CnnTrialIntervals? Intervals { get; init; }

    /// <summary>
    /// The probability of so large a difference from the best trial, in either direction, if there were none: by a paired test on the same validation
    /// images, corrected for the number of trials (Holm 1979). Null for the best trial itself, and where scores of the same images are not at hand.
    /// </summary>
    public double? PValue { get; init; }

    /// <summary>
    /// Whether its difference from the best trial may be no more than the chance of which images validate: <see cref="PValue"/> is 0.05 or more. Null where
    /// that is not known.
    /// </summary>
    public bool? IsNoMoreThanChance => PValue is { } p ? p >= CnnLeaderboard.ChanceLevel : null;

    /// <summary>Whether no faster trial is as good, and no better one as fast.</summary>
    public bool IsOnLatencyFront { get; init; }

    /// <summary>Whether no smaller trial is as good, and no better one as small.</summary>
    public bool IsOnSizeFront { get; init; }
}
