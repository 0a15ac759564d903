using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Experiments.Trials;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Training.Control;

namespace Ml.Cnn.Experiments.Jobs;

/// <summary>Does a job: trains a trial to a rung, scores the validation images, measures, and writes what came of it to the folder.</summary>
/// <param name="mlContext">ML.NET.</param>
/// <param name="folder">The experiment's.</param>
/// <param name="definition">The experiment.</param>
/// <param name="data">Its images.</param>
internal sealed class TrialJobRunner(MLContext mlContext, ExperimentFolder folder, ExperimentDefinition definition, ExperimentImages data)
{
    private const int SmallestBatch = 1;

    /// <summary>Does it, unless its result is there already.</summary>
    /// <param name="decided">The job.</param>
    /// <param name="first">The trial's first job, which names its configuration.</param>
    /// <param name="last">The trial's last result; null before there is one.</param>
    /// <param name="cancellation">Ends it at the next step; what was trained until then is kept.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <exception cref="IOException">The result cannot be written, or another process does the same job.</exception>
    public void Run(JobDecided decided, JobDecided first, TrialJobResult? last, CancellationToken cancellation)
    {
        using var only = TrialLock.Take(folder.Trial(decided.Trial));
        folder.DeleteRemains(decided.Trial, decided.Job);
        if (folder.ReadJob(decided.Job) is not null)
            return;
        var time = Stopwatch.StartNew();
        var configuration = first.Configuration!;
        var work = new Work(decided, ArchitectureCatalog.Find(configuration.Architecture), last?.Epochs ?? 0, time, cancellation);
        var (result, history, scores) = OverLimit(work, configuration) is { } over ? (over, [], null)
            : Train(work, configuration, last?.BatchSize ?? configuration.BatchSize);
        cancellation.ThrowIfCancellationRequested();
        folder.WriteJob(decided.Job, new(result with { Seconds = time.Elapsed.TotalSeconds, Worker = Worker }, history), scores);
    }

    /// <param name="Job">What is to be done.</param>
    /// <param name="Architecture">The network.</param>
    /// <param name="EpochsBefore">That earlier jobs trained.</param>
    /// <param name="Time">Since the job began.</param>
    /// <param name="Cancellation">Ends it.</param>
    private sealed record Work(JobDecided Job, Architecture Architecture, int EpochsBefore, Stopwatch Time, CancellationToken Cancellation);

    private static string Worker => FormattableString.Invariant($"{Environment.MachineName}:{Environment.ProcessId}");

    // What is known of a network before it is trained.
    private TrialJobResult? OverLimit(Work work, TrialConfiguration trial)
    {
        var summary = Summary(work.Architecture, trial);
        var reason = summary.Parameters > definition.Limits.Parameters
            ? FormattableString.Invariant($"{summary.Parameters} parameters, and {definition.Limits.Parameters} are allowed")
            : summary.WeightBytes > definition.Limits.ModelBytes
                ? FormattableString.Invariant($"{summary.WeightBytes} bytes of weights, and {definition.Limits.ModelBytes} are allowed")
                : null;
        return reason is null ? null : Described(new() { Status = CnnTrialStatus.OverLimit, Reason = reason }, summary);
    }

    private CnnSummary Summary(Architecture architecture, TrialConfiguration trial) => CnnSummary.Of(architecture, definition.Data.Classes.Count,
        Math.Max(trial.ImageSize, architecture.MinimumImageSize), definition.Data.Channels);

    private static TrialJobResult Described(TrialJobResult result, CnnSummary summary) =>
        result with { Parameters = summary.Parameters, MultiplyAdds = summary.MultiplyAdds, ModelBytes = summary.WeightBytes };

    // Where memory does not suffice, half a batch may: the trial then begins anew, since its checkpoints are of a training with another batch size.
    private (TrialJobResult Result, IReadOnlyList<CnnEpoch> History, ImageScores? Scores) Train(Work work, TrialConfiguration trial, int batchBefore)
    {
        var summary = Summary(work.Architecture, trial);
        for (var batch = folder.ReadBatchSize(work.Job.Trial) ?? batchBefore; ; batch /= 2, FreeMemory())
        {
            try
            {
                var (result, history, scores) = TrainWith(batch == batchBefore ? work : work with { EpochsBefore = 0 }, trial with { BatchSize = batch });
                return (Described(result with { BatchSize = batch == trial.BatchSize ? null : batch }, summary), history, scores);
            }
            catch (Exception e) when (TrialTraining.IsOutOfMemory(e) && batch / 2 >= SmallestBatch)
            {
                folder.DeleteCheckpoints(work.Job.Trial, definition.Trainings);
                folder.WriteBatchSize(work.Job.Trial, batch / 2); // for whoever goes on where this process is killed
            }
            catch (Exception e) when (e is not OperationCanceledException and not IOException)
            {
                var status = TrialTraining.IsOutOfMemory(e) ? CnnTrialStatus.OutOfMemory
                    : e is LossNotFiniteException ? CnnTrialStatus.NotFinite
                    : CnnTrialStatus.Failed;
                folder.DeleteCheckpoints(work.Job.Trial, definition.Trainings);
                return (Described(new() { Status = status, Reason = e.Message }, summary), [], null);
            }
        }
    }

    // Tensors of the training that failed may wait for their finalizers.
    private static void FreeMemory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private (TrialJobResult Result, IReadOnlyList<CnnEpoch> History, ImageScores? Scores) TrainWith(Work work, TrialConfiguration trial)
    {
        var epochs = definition.EndOf(work.Job);
        var networks = new List<CnnTransformer>();
        try
        {
            var parts = new List<ImageScores>();
            foreach (var (index, split) in data.Splits.Index())
            {
                if (Train(work, trial, epochs, index, split, out var slow) is not { } network)
                    return (slow!, [], null);
                networks.Add(network);
                if (network.StopReason == StopReason.LossNotFinite)
                    return (NotFinite(work, network), networks[0].History, null);
                if (network.History.Count == 0)
                    return (TooSlow(work, "the time was up within its first epoch", images: 0), [], null);
                parts.Add(NetworkScores.Of(networks[^1], split.Validation, definition.LabelColumnName, work.Cancellation));
            }
            var scores = ImageScores.Concatenated(parts);
            var metrics = CnnTrialMetrics.Of(new(scores));
            SaveModel(work.Job.Trial, networks[BestOf(parts)]);
            return (Result(work, networks, epochs, metrics), networks[0].History, scores);
        }
        finally
        {
            foreach (var network in networks)
                network.Dispose();
        }
    }

    // Null where the first rung would take longer than there is time for.
    private CnnTransformer? Train(Work work, TrialConfiguration trial, int epochs, int index, ExperimentImages.Split split, out TrialJobResult? slow)
    {
        var options = TrialTraining.Options(definition, trial, epochs);
        var checkpoints = folder.Checkpoints(work.Job.Trial, index);
        slow = null;
        if (SecondsLeft(work) is not { } left || work.Job.Rung > 0)
            return TrialTraining.Run(mlContext, options, work.Architecture, split, checkpoints, SecondsLeft(work), work.Cancellation);
        using var pace = new PaceWatch(definition.Data.Images * epochs, left, work.Cancellation);
        options.StepCallback = pace.Step;
        try
        {
            return TrialTraining.Run(mlContext, options, work.Architecture, split, checkpoints, left, pace.Token);
        }
        catch (OperationCanceledException) when (pace.Foreseen is { } seconds && !work.Cancellation.IsCancellationRequested)
        {
            slow = TooSlow(work, FormattableString.Invariant($"the first rung would take {seconds:0} s, and there are {left.TotalSeconds:0}"), pace.Images);
            return null;
        }
    }

    private static TrialJobResult TooSlow(Work work, string reason, long images) => new()
    {
        Status = CnnTrialStatus.Stopped,
        Reason = reason,
        Images = images,
        TrainSeconds = work.Time.Elapsed.TotalSeconds,
    };

    private TrialJobResult Result(Work work, List<CnnTransformer> networks, int epochs, CnnTrialMetrics metrics)
    {
        var trained = networks.Min(network => network.History.Count);
        var latency = LatencyMeasurement.Median(networks[0]);
        var isOver = latency > definition.Limits.Latency?.TotalMilliseconds;
        return new()
        {
            Status = isOver ? CnnTrialStatus.OverLimit : CnnTrialStatus.Completed,
            Reason = isOver
                ? FormattableString.Invariant($"{latency:0.#} ms for an image, and {definition.Limits.Latency!.Value.TotalMilliseconds:0.#} are allowed")
                : trained < epochs ? FormattableString.Invariant($"the time was up after {trained} of {epochs} epochs") : null,
            Epochs = trained,
            IsPartial = trained < definition.Rungs.Ends[work.Job.Rung],
            Images = networks.Sum(network => New(work, network).Sum(epoch => epoch.Images)),
            TrainSeconds = networks.Sum(network => New(work, network).Sum(epoch => epoch.Seconds)),
            Metrics = metrics,
            LatencyMilliseconds = latency,
            PeakMemory = networks.SelectMany(network => network.History).Select(epoch => epoch.PeakMemory).DefaultIfEmpty().Max(),
        };
    }

    private static TrialJobResult NotFinite(Work work, CnnTransformer network) => new()
    {
        Status = CnnTrialStatus.NotFinite,
        Reason = FormattableString.Invariant($"the loss was not a number in epoch {network.History.Count + 1}"),
        Epochs = network.History.Count,
        Images = New(work, network).Sum(epoch => epoch.Images),
        TrainSeconds = New(work, network).Sum(epoch => epoch.Seconds),
    };

    // The epochs that this job trained.
    private static IEnumerable<CnnEpoch> New(Work work, CnnTransformer network) => network.History.Where(epoch => epoch.Epoch > work.EpochsBefore);

    private static TimeSpan? SecondsLeft(Work work) => work.Job.SecondsLeft is { } seconds
        ? TimeSpan.FromSeconds(Math.Max(0.001, seconds - work.Time.Elapsed.TotalSeconds)) : null;

    private int BestOf(List<ImageScores> parts) =>
        Enumerable.Range(0, parts.Count).MaxBy(i => CnnTrialMetrics.Of(new(parts[i])).ScoreOf(definition.Metric));

    private void SaveModel(int trial, CnnTransformer network)
    {
        var labels = mlContext.Transforms.Conversion.MapKeyToValue(network.PredictedLabelColumnName)
            .Fit(network.Transform(data.Splits[0].Train));
        mlContext.Model.SaveAtomically(new TransformerChain<ITransformer>(data.Preparation, network, labels), data.InputSchema, folder.ModelOf(trial));
    }
}
