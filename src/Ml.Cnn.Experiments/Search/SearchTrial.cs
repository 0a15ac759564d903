namespace Ml.Cnn.Experiments.Search;

/// <summary>A trial as the search sees it.</summary>
internal sealed record SearchTrial
{
    /// <summary>From 1, in the order in which they were decided on.</summary>
    public required int Id { get; init; }

    public required double[] Point { get; init; }

    /// <summary>The score behind every rung that it has come to, from the lowest; higher is better. What is not known yet is not among them.</summary>
    public IReadOnlyList<double> Scores { get; init; } = [];

    /// <summary>Whether it may be trained further: not under way, not given up, not failed, not over a limit.</summary>
    public required bool CanGoOn { get; init; }

    /// <summary>Whether a rung is under way whose score the search does not see yet.</summary>
    public required bool IsPending { get; init; }

    /// <summary>Whether it failed, so that what is like it may fail too.</summary>
    public bool HasFailed { get; init; }
}
