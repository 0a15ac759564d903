using Microsoft.ML;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>Tells of an experiment: to those who watch, and to the files that others read.</summary>
/// <param name="folder">The experiment's.</param>
/// <param name="definition">The experiment.</param>
/// <param name="ofTrials">Told of a trial when a job of it has ended; null: nobody.</param>
/// <param name="ofAll">Told of everything; null: nobody.</param>
/// <param name="isTemporary">Whether the folder goes before those who are told.</param>
internal sealed class ExperimentReporting(ExperimentFolder folder, ExperimentDefinition definition, IProgress<CnnRunDetail>? ofTrials,
    IProgress<CnnExperimentProgress>? ofAll, bool isTemporary = false)
{
    private readonly JobHistories _histories = new(folder, isTemporary);
    private readonly HashSet<int> _told = [];

    /// <summary>Something happened.</summary>
    public void Update(ExperimentState state, double seconds)
    {
        var runs = new RunDetails(folder, definition, state, _histories);
        var ended = state.Trials.SelectMany(trial => trial.Jobs).Where(job => job.Result is not null && _told.Add(job.Decision.Job)).ToArray();
        foreach (var job in ended)
            ofTrials?.Report(runs.Of(state[job.Decision.Trial]));
        if (ended.Length > 0)
            CnnLeaderboard.Of(runs.All, definition.Metric, readsScores: false).Save(folder.Path);
        ofAll?.Report(new()
        {
            RunDetails = [.. runs.Ranked],
            UnderWay = [.. state.Open.Select(job => (job.Trial, definition.EndOf(job)))],
            Seconds = seconds,
            Images = runs.All.Sum(run => run.ImagesSeen),
            Budget = definition.BudgetLimits,
            Metric = definition.Metric,
        });
    }

    /// <summary>The result, with all that is written about it.</summary>
    /// <exception cref="OperationCanceledException">No trial has a result, since the experiment was canceled before.</exception>
    public CnnExperimentResult Finish(MLContext mlContext, ExperimentState state, bool isCanceled)
    {
        var result = Result(state, isCanceled);
        if (isCanceled && result.BestRun is null)
            throw new OperationCanceledException("The experiment was canceled before any trial had a result.");
        result.Leaderboard.Save(folder.Path);
        result.SaveReport(folder.Report);
        if (File.Exists(folder.BestModel))
            result.Model = mlContext.Model.Load(folder.BestModel, out _);
        return result;
    }

    /// <summary>What a folder holds, without the model.</summary>
    public CnnExperimentResult Result(ExperimentState state, bool isCanceled)
    {
        var runs = new RunDetails(folder, definition, state, _histories).All;
        return new(new ExperimentOutcome
        {
            Runs = runs,
            Metric = definition.Metric,
            Budget = definition.BudgetLimits,
            Spent = new(TimeSpan.FromSeconds(state.Seconds), runs.Sum(run => run.ImagesSeen), runs.Count),
            EndReason = state.Ended ?? (isCanceled ? "it was canceled" : "it is not over"),
            Rungs = definition.Rungs,
            Threads = definition.Threads,
            Limits = definition.Limits,
            Data = Data(),
        });
    }

    private ExperimentData Data() => new()
    {
        Form = Enum.TryParse<ExperimentDataForm>(definition.Notes.GetValueOrDefault(CnnExperimentNotes.Form), out var form) ? form : ExperimentDataForm.Files,
        Source = definition.Notes.GetValueOrDefault(CnnExperimentNotes.Data),
        ValidationSource = definition.Notes.GetValueOrDefault(CnnExperimentNotes.Validation),
        HasValidationSet = definition is { ValidationFraction: null, Folds: null },
        ValidationFraction = definition.ValidationFraction,
        Folds = definition.Folds,
        SplitSeed = definition.Seed,
        Classes = definition.Data.Classes,
        TrainingImages = definition.Data.Images,
        ValidationImages = definition.Data.ValidationImages,
    };
}
