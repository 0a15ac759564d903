using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Options;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Several observers as one, told in their order.</summary>
internal sealed class TrainingObservers(IReadOnlyList<ITrainingObserver> observers) : ITrainingObserver
{
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
    /// <param name="warn">Told of a log that cannot be written.</param>
    /// <exception cref="IOException">The folder for the logs cannot be made.</exception>
    public static TrainingObservers For(TrainingHandles handles, bool isMain, int epochs, long imagesInEpoch, Action<string> warn)
    {
        List<ITrainingObserver> observers = [];
        if (isMain && handles.LogFolder is { } folder)
            observers.AddRange(TrainingLogFolder.Open(folder, handles.Logs, warn));
        if (isMain && handles.Progress is { } progress)
            observers.Add(new ProgressReporter(progress, epochs, imagesInEpoch));
        if (handles is not { StepCallback: null, EpochCallback: null })
            observers.Add(new Callbacks(handles.StepCallback, handles.EpochCallback));
        return new(observers);
    }

    private sealed class Callbacks(Action<CnnStep>? onStep, Action<CnnEpoch>? onEpoch) : ITrainingObserver
    {
        public void Begin(IReadOnlyList<CnnEpoch> history, long steps) { }

        public void Step(CnnStep step, PassTotals totals) => onStep?.Invoke(step);

        public void Epoch(CnnEpoch epoch) => onEpoch?.Invoke(epoch);

        public void Dispose() { }
    }
}
