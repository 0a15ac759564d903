using Ml.Cnn.Trainers.Training.Metrics;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>TensorBoard's event files: the runs "train" and "validation" by epoch, and "steps" by step.</summary>
internal sealed class TensorBoardLog(string folder, bool withSteps) : ITrainingObserver
{
    private EventFile? _train;
    private EventFile? _validation; // from the first epoch with a validation on
    private EventFile? _steps;

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        _train = new(Path.Join(folder, "train"), history.Count + 1);
        if (withSteps)
            _steps = new(Path.Join(folder, "steps"), steps + 1);
    }

    public void Step(CnnStep step, EpochTotals totals) => _steps?.Write(step.Step,
        ("step/loss", step.Loss), ("step/accuracy", step.Accuracy), ("step/top5_accuracy", step.Top5Accuracy),
        ("step/learning_rate", step.LearningRate), ("step/images_per_second", step.ImagesPerSecond));

    public void Epoch(CnnEpoch epoch)
    {
        _train!.Write(epoch.Epoch, ("epoch/loss", epoch.Loss), ("epoch/accuracy", epoch.Accuracy), ("epoch/top5_accuracy", epoch.Top5Accuracy),
            ("epoch/learning_rate", epoch.LearningRate), ("epoch/images_per_second", epoch.ImagesPerSecond), ("epoch/peak_memory_bytes", epoch.PeakMemory));
        _train.Flush();
        _steps?.Flush();
        if (epoch.ValidationLoss is null)
            return;
        _validation ??= new(Path.Join(folder, "validation"), epoch.Epoch);
        _validation.Write(epoch.Epoch, ("epoch/loss", epoch.ValidationLoss), ("epoch/accuracy", epoch.ValidationAccuracy),
            ("epoch/top5_accuracy", epoch.ValidationTop5Accuracy), ("epoch/images_per_second", epoch.ValidationImagesPerSecond));
        _validation.Flush();
    }

    public void Dispose()
    {
        using (_train)
        using (_validation)
            _steps?.Dispose();
    }
}
