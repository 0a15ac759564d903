using Ml.Cnn.Trainers.Metrics;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>The folder of a training's logs: which files it holds is decided here.</summary>
internal static class TrainingLogFolder
{
    public const string Curves = "curves.png";
    public const string Classes = "classes";
    public const string Batch = "batch";

    /// <param name="folder">Made where it is missing.</param>
    /// <param name="logs">What it is to hold.</param>
    /// <param name="images">What the images are.</param>
    /// <param name="warn">Told once of each log that cannot be written; training goes on without it.</param>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static IEnumerable<ITrainingObserver> Open(string folder, TrainingLogs logs, ObservedImages images, Action<string> warn)
    {
        Directory.CreateDirectory(folder);
        return Choose(Path.GetFullPath(folder), logs, images, warn).Select(log => new GuardedLog(log, warn)).ToArray();
    }

    private static IEnumerable<ITrainingObserver> Choose(string folder, TrainingLogs logs, ObservedImages images, Action<string> warn)
    {
        var steps = logs.HasFlag(TrainingLogs.Steps);
        foreach (var (log, format) in ((TrainingLogs, LineFormat)[])[(TrainingLogs.Csv, LineFormat.Csv), (TrainingLogs.Json, LineFormat.Json)])
        {
            if (!logs.HasFlag(log))
                continue;
            yield return new EpochLog(Path.Join(folder, "epochs" + format.Extension), format);
            if (steps)
                yield return new StepLog(Path.Join(folder, "steps" + format.Extension), format);
            if (logs.HasFlag(TrainingLogs.Classes))
                yield return new ClassLog(Path.Join(folder, Classes + format.Extension), format, images.ClassNames);
        }
        if (logs.HasFlag(TrainingLogs.Batch))
            yield return new BatchLog(Path.Join(folder, Batch), images);
        if (logs.HasFlag(TrainingLogs.TensorBoard))
        {
            yield return new TensorBoardLog(folder, steps);
            if ((logs & (TrainingLogs.Classes | TrainingLogs.Batch | TrainingLogs.Weights)) != 0)
                yield return new TensorBoardPictures(folder, withWeights: logs.HasFlag(TrainingLogs.Weights), images);
        }
        if (logs.HasFlag(TrainingLogs.Curves))
            yield return new CurvesLog(Path.Join(folder, Curves), warn);
    }

    /// <summary>A log whose failure costs the log, not hours of training.</summary>
    private sealed class GuardedLog(ITrainingObserver log, Action<string> warn) : ITrainingObserver
    {
        private bool _failed;

        public void Begin(IReadOnlyList<CnnEpoch> history, long steps) => Try(() => log.Begin(history, steps));

        public void Step(CnnStep step, PassTotals totals) => Try(() => log.Step(step, totals));

        public void FirstBatch(Tensor images, Tensor labels) => Try(() => log.FirstBatch(images, labels));

        public void Details(EpochDetails details) => Try(() => log.Details(details));

        public void Epoch(CnnEpoch epoch) => Try(() => log.Epoch(epoch));

        public void Dispose() => Try(log.Dispose);

        private void Try(Action action)
        {
            if (_failed)
                return;
            try
            {
                action();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or TypeInitializationException)
            {
                _failed = true;
                warn($"A log of the training cannot be written and is left as it is: {e.GetBaseException().Message}");
            }
        }
    }
}
