using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Options;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Several observers as one, told in their order.</summary>
internal sealed class TrainingObservers(IReadOnlyList<ITrainingObserver> observers, TrainingLogs logs) : ITrainingObserver
{
    /// <summary>Whether anybody wants to know how the validation images of each class were taken.</summary>
    public bool SeeClasses => logs.HasFlag(TrainingLogs.Classes);

    /// <summary>Whether anybody wants to see a batch.</summary>
    public bool SeeBatch => logs.HasFlag(TrainingLogs.Batch);

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        foreach (var observer in observers)
            observer.Begin(history, steps);
    }

    public void Step(CnnStep step, PassTotals totals)
    {
        foreach (var observer in observers)
            observer.Step(step, totals);
    }

    public void FirstBatch(Tensor images, Tensor labels)
    {
        foreach (var observer in observers)
            observer.FirstBatch(images, labels);
    }

    public void Details(EpochDetails details)
    {
        foreach (var observer in observers)
            observer.Details(details);
    }

    public void Epoch(CnnEpoch epoch)
    {
        foreach (var observer in observers)
            observer.Epoch(epoch);
    }

    public void Dispose()
    {
        foreach (var observer in observers)
            observer.Dispose();
    }

    /// <summary>Those whom a run is to tell. The logs come first, so that what a callback throws leaves them whole.</summary>
    /// <param name="handles">The user's callbacks and logs.</param>
    /// <param name="isMain">Whether this process writes logs and reports progress; callbacks are called in any case.</param>
    /// <param name="epochs">Asked for.</param>
    /// <param name="imagesInEpoch">Labeled images.</param>
    /// <param name="images">What the images are.</param>
    /// <param name="warn">Told of a log that cannot be written.</param>
    /// <param name="work">What an image of an epoch costs beside one of the last. Default: all cost the same.</param>
    /// <exception cref="IOException">The folder for the logs cannot be made.</exception>
    public static TrainingObservers For(TrainingHandles handles, bool isMain, int epochs, long imagesInEpoch, ObservedImages images, Action<string> warn,
        Func<int, double>? work = null)
    {
        List<ITrainingObserver> observers = [];
        var logs = isMain && handles.LogFolder is not null ? handles.Logs : TrainingLogs.None;
        if (logs != TrainingLogs.None)
            observers.AddRange(TrainingLogFolder.Open(handles.LogFolder!, logs, images, warn));
        if (isMain && handles.Progress is { } progress)
            observers.Add(new ProgressReporter(progress, epochs, imagesInEpoch, work ?? (_ => 1)));
        if (handles is not { StepCallback: null, EpochCallback: null })
            observers.Add(new Callbacks(handles.StepCallback, handles.EpochCallback));
        return new(observers, logs);
    }

    private sealed class Callbacks(Action<CnnStep>? onStep, Action<CnnEpoch>? onEpoch) : ITrainingObserver
    {
        public void Begin(IReadOnlyList<CnnEpoch> history, long steps) { }

        public void Step(CnnStep step, PassTotals totals) => onStep?.Invoke(step);

        public void Epoch(CnnEpoch epoch) => onEpoch?.Invoke(epoch);

        public void Dispose() { }
    }
}
