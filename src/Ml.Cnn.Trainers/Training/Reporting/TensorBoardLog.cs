using System.Text.Json;
using Ml.Cnn.Trainers.Metrics;

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

    public void Step(CnnStep step, PassTotals totals) => _steps?.Write(step.Step,
        [.. Tagged("step/", step.Metrics), ("step/learning_rate", step.LearningRate), ("step/images_per_second", step.ImagesPerSecond)]);

    public void Epoch(CnnEpoch epoch)
    {
        _train!.Write(epoch.Epoch, [.. Tagged("epoch/", epoch.Metrics), ("epoch/learning_rate", epoch.LearningRate),
            ("epoch/images_per_second", epoch.ImagesPerSecond), ("epoch/peak_memory_bytes", epoch.PeakMemory)]);
        _train.Flush();
        _steps?.Flush();
        if (epoch.ValidationMetrics.Count == 0)
            return;
        _validation ??= new(Path.Join(folder, "validation"), epoch.Epoch);
        _validation.Write(epoch.Epoch,
            [.. Tagged("epoch/", epoch.ValidationMetrics), ("epoch/images_per_second", epoch.ValidationImagesPerSecond)]);
        _validation.Flush();
    }

    public void Dispose()
    {
        using (_train)
        using (_validation)
            _steps?.Dispose();
    }

    // "epoch/top5_accuracy"
    private static IEnumerable<(string Tag, double? Value)> Tagged(string group, IReadOnlyDictionary<string, double> metrics) =>
        metrics.Select(metric => (group + JsonNamingPolicy.SnakeCaseLower.ConvertName(metric.Key), (double?)metric.Value));
}
