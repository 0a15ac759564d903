using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Results;

/// <summary>All that is known at an experiment's end, or in the middle of it: what <see cref="CnnExperimentResult"/> is made from.</summary>
internal sealed record ExperimentOutcome
{
    /// <summary>In the order of their numbers.</summary>
    public required IReadOnlyList<CnnRunDetail> Runs { get; init; }

    public required CnnExperimentMetric Metric { get; init; }

    public required ExperimentBudget Budget { get; init; }

    public required CnnExperimentSpending Spent { get; init; }

    /// <summary>Why it ended: "it was canceled".</summary>
    public required string EndReason { get; init; }

    public required RungPlan Rungs { get; init; }

    public required ExperimentData Data { get; init; }

    /// <summary>Cores of a training; null: as many as there are.</summary>
    public int? Threads { get; init; }

    public CnnExperimentLimits Limits { get; init; } = new();

    /// <summary>What else the report is to tell of the settings and of the machine, name by name.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];
}
