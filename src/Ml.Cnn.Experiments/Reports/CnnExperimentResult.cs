using Microsoft.ML;
using Ml.Cnn.Experiments.Reports;
using Ml.Cnn.Experiments.Reports.Winner;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Ensembles;
using Ml.Cnn.Experiments.Results.Importance;
using Ml.Cnn.Trainers.IO;
using SkiaSharp;

namespace Ml.Cnn.Experiments;

/// <summary>What an experiment came to: every trial, the best one, and how sure that is.</summary>
public sealed class CnnExperimentResult
{
    private readonly ExperimentOutcome _outcome;
    private readonly Lazy<CnnLeaderboard> _leaderboard;
    private readonly Lazy<IReadOnlyList<CnnSettingImportance>> _importances;
    private readonly Lazy<CnnEnsembleSuggestion?> _ensemble;

    internal CnnExperimentResult(ExperimentOutcome outcome)
    {
        _outcome = outcome;
        var ranked = Ranking.Of(outcome.Runs, outcome.Metric);
        BestRun = ranked.Count > 0 ? ranked[0] : null;
        _leaderboard = new(() => CnnLeaderboard.Of(outcome.Runs, outcome.Metric));
        _importances = new(() => SettingImportances.Of(outcome.Runs, outcome.Metric));
        _ensemble = new(() => EnsembleAdvice.Of(ranked, outcome.Metric));
    }

    /// <summary>Every trial, in the order in which they were decided on.</summary>
    public IReadOnlyList<CnnRunDetail> RunDetails => _outcome.Runs;

    /// <summary>The best trial; null where none came so far as to be measured within the limits.</summary>
    public CnnRunDetail? BestRun { get; }

    /// <summary>What trials were compared by.</summary>
    public CnnExperimentMetric Metric => _outcome.Metric;

    /// <summary>What might be spent.</summary>
    public ExperimentBudget Budget => _outcome.Budget;

    /// <summary>What was spent.</summary>
    public CnnExperimentSpending Spent => _outcome.Spent;

    /// <summary>Why the experiment ended, as in "Ended: it was canceled."</summary>
    public string EndReason => _outcome.EndReason;

    /// <summary>The trials from the best on, with confidence intervals and tests. Made when it is first asked for, from the networks' scores.</summary>
    public CnnLeaderboard Leaderboard => _leaderboard.Value;

    /// <summary>
    /// How much each setting mattered, from the most important; empty with fewer than ten trials. Made when it is first asked for.
    /// </summary>
    /// <remarks>
    /// By functional ANOVA on a random forest (Hutter et al. 2014), of the scores behind the first rung, where all trials are trained equally long.
    /// </remarks>
    public IReadOnlyList<CnnSettingImportance> Importances => _importances.Value;

    /// <summary>
    /// Networks whose average is better than the best one; null where none is found, or scores are not at hand. Made when it is first asked for: it reads
    /// the scores of the twenty best trials.
    /// </summary>
    public CnnEnsembleSuggestion? Ensemble => _ensemble.Value;

    /// <summary>
    /// The best trial's model: what comes before the network, the network, and the names of classes; null without a best trial. With folds it is that of the
    /// best fold.
    /// </summary>
    public ITransformer? Model { get; internal set; }

    internal ExperimentOutcome Outcome => _outcome;

    /// <summary>The trials of which no cheaper one is as good, from the cheapest to the best.</summary>
    /// <param name="cost">What is to be low.</param>
    public IReadOnlyList<CnnLeaderboardRow> ParetoFront(CnnTrialCost cost) => Leaderboard.ParetoFront(cost);

    /// <summary>A whole C# program that trains the best trial's network, as the experiment did; null without a best trial.</summary>
    public string? WriteCode() => BestRun is { } best ? WinnerProgram.Write(best, _outcome) : null;

    /// <summary>
    /// The command line that trains the best trial's network; null without a best trial, and where the command cannot be told all that the experiment did.
    /// </summary>
    public string? WriteCommand() => BestRun is { } best ? WinnerCommand.Write(best, _outcome) : null;

    /// <summary>Writes the report: one HTML file that needs nothing beside it. An earlier file is replaced by the whole new one only.</summary>
    /// <param name="path">The file, such as report.html.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveReport(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.WriteText(path, ExperimentReport.Write(this));
    }

    /// <summary>Draws how good the trials are against what they cost, with the Pareto front: a PNG. On a system without any font it has no text.</summary>
    /// <param name="path">The file. An earlier one is replaced by the whole new one only.</param>
    /// <param name="cost">The horizontal axis. Default: the latency.</param>
    /// <param name="width">In pixels, at least 400. Default 1200.</param>
    /// <param name="height">In pixels, at least 300. Default 800.</param>
    /// <exception cref="InvalidOperationException">No trial has both a metric and such a cost.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveCostImage(string path, CnnTrialCost cost = CnnTrialCost.Latency, int width = 1200, int height = 800)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 400);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 300);
        AtomicFile.Write(Path.GetFullPath(path), stream =>
        {
            using var image = CostImage.Draw(Leaderboard, cost, width, height);
            using var png = image.Encode(SKEncodedImageFormat.Png, 100);
            png.SaveTo(stream);
        });
    }
}
