using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>An experiment's trials for whoever reads of them.</summary>
/// <param name="folder">The experiment's.</param>
/// <param name="definition">The experiment.</param>
/// <param name="state">Where it is.</param>
/// <param name="histories">Of its jobs.</param>
internal sealed class RunDetails(ExperimentFolder folder, ExperimentDefinition definition, ExperimentState state, JobHistories histories)
{
    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<CnnRunDetail> All => field ??= [.. state.Trials.Select(Of)];

    /// <summary>The best first; those without a result last.</summary>
    public IEnumerable<CnnRunDetail> Ranked
    {
        get
        {
            var ranked = Results.Ranking.Of(All, definition.Metric);
            return ranked.Concat(All.Except(ranked));
        }
    }

    public CnnRunDetail Of(TrialState trial)
    {
        var results = trial.Jobs.Select(job => job.Result).OfType<Trials.TrialJobResult>().ToArray();
        var (last, scored) = (results.LastOrDefault(), trial.Scored);
        var (images, seconds) = (results.Sum(result => result.Images), results.Sum(result => result.TrainSeconds));
        return new()
        {
            Trial = trial.Id,
            Configuration = trial.Configuration with { BatchSize = last?.BatchSize ?? trial.Configuration.BatchSize },
            Status = trial.Status,
            Reason = last?.Reason,
            Epochs = scored?.Result!.Epochs ?? last?.Epochs ?? 0,
            ImagesSeen = images,
            RuntimeInSeconds = results.Sum(result => result.Seconds),
            TrainSeconds = seconds,
            ValidationMetrics = scored?.Result!.Metrics,
            LazyHistory = scored is null ? new([]) : histories.Of(scored.Decision.Job),
            Parameters = last?.Parameters ?? 0,
            MultiplyAdds = last?.MultiplyAdds,
            ModelBytes = last?.ModelBytes ?? 0,
            ImagesPerSecond = seconds > 0 ? images / seconds : 0,
            LatencyMilliseconds = scored is null ? null : LatencyOf(trial.Configuration),
            PeakMemory = results.Select(result => result.PeakMemory).DefaultIfEmpty().Max(),
            RungScores = [.. results.Select(result => result.AtRung).OfType<CnnTrialMetrics>().Select(metrics => metrics.ScoreOf(definition.Metric))],
            Scores = () => scored is null ? null : folder.ReadScores(scored.Decision.Job),
        };
    }

    // A network takes as long whatever it was trained with; what disturbs a measurement makes it longer.
    private double? LatencyOf(TrialConfiguration configuration) => state.Trials
        .Where(trial => trial.Configuration.Architecture == configuration.Architecture && trial.Configuration.ImageSize == configuration.ImageSize)
        .SelectMany(trial => trial.Jobs).Min(job => job.Result?.LatencyMilliseconds);
}
