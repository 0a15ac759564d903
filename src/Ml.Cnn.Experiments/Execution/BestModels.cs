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
        [.. state.Trials.Where(trial => trial.Scored is not null
                && trial.Status is not (CnnTrialStatus.OverLimit or CnnTrialStatus.Skipped or CnnTrialStatus.NotFinite))
            .OrderByDescending(trial => trial.Scored!.Result!.Metrics!.ScoreOf(metric))
            .ThenBy(trial => trial.Scored!.Result!.Metrics!.LogLoss).ThenBy(trial => trial.Id)];

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
            if (trial.Status is CnnTrialStatus.Skipped or CnnTrialStatus.OverLimit)
                DeleteCheckpoints(trial);
        }
    }

    private void DeleteCheckpoints(TrialState trial)
    {
        for (var training = 0; training < definition.Trainings; training++)
        {
            var checkpoints = folder.Checkpoints(trial.Id, training);
            if (Directory.Exists(checkpoints))
                Directory.Delete(checkpoints, recursive: true);
        }
    }
}
