using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>
/// Keeps the best trial's model at its place, and those of the next best for an ensemble; the others' go, as do checkpoints that nobody needs.
/// </summary>
/// <param name="folder">The experiment's.</param>
/// <param name="definition">What is best.</param>
internal sealed class BestModels(ExperimentFolder folder, ExperimentDefinition definition)
{
    /// <summary>How many trials' models are kept.</summary>
    public const int Kept = 8;

    private (int Trial, int Job)? _copied;

    /// <summary>The trials that may be chosen, the best first.</summary>
    public static IReadOnlyList<TrialState> Ranked(ExperimentState state, CnnExperimentMetric metric) =>
        Ranking.Of(state.Trials, metric, trial => trial.Status, trial => trial.Scored?.Result!.Metrics, trial => trial.Id);

    /// <summary>Whether nobody will go on with a trial, nor want its model.</summary>
    public static bool IsOver(TrialState trial) => !trial.IsUnderWay && trial.Status is (CnnTrialStatus.Skipped or CnnTrialStatus.OverLimit);

    /// <summary>Brings the files up to date.</summary>
    public void Update(ExperimentState state)
    {
        var ranked = Ranked(state, definition.Metric);
        if (ranked is [var best, ..] && _copied != (best.Id, best.Scored!.Decision.Job) && File.Exists(folder.ModelOf(best.Id)))
        {
            using var model = File.OpenRead(folder.ModelOf(best.Id));
            AtomicFile.WriteToDisk(folder.BestModel, "model", model.CopyTo);
            _copied = (best.Id, best.Scored.Decision.Job);
        }
        var kept = ranked.Take(Kept).Select(trial => trial.Id).ToHashSet();
        foreach (var trial in state.Trials.Where(trial => !kept.Contains(trial.Id) && !trial.IsUnderWay))
        {
            AtomicFile.TryDelete(folder.ModelOf(trial.Id));
            if (IsOver(trial))
                folder.DeleteCheckpoints(trial.Id, definition.Trainings);
        }
    }
}
