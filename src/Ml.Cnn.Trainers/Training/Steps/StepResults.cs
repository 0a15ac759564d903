using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Training.Reporting;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Reads what steps came to: at once on the CPU, and elsewhere every so often, since reading waits for the device.</summary>
/// <param name="device">Where the steps run.</param>
/// <param name="epoch">The epoch they belong to, from 1.</param>
/// <param name="observer">Told of every step that was read.</param>
internal sealed class StepResults(Device device, int epoch, ITrainingObserver observer) : IDisposable
{
    private readonly int _atOnce = device.type == DeviceType.CPU ? 1 : 20;
    private readonly List<StepResult> _unread = [];

    /// <summary>The first step whose loss was not a finite number, once it has been read.</summary>
    public (long Step, double Loss, double LearningRate)? NotFinite { get; private set; }

    public void Add(StepResult result, PassTotals totals)
    {
        _unread.Add(result);
        if (_unread.Count >= _atOnce)
            Read(totals);
    }

    /// <summary>Adds everything unread to an epoch's totals.</summary>
    public void Read(PassTotals totals)
    {
        foreach (var result in _unread)
        {
            var sums = result.Sums ?? result.Measures!.Read();
            if (sums.Images == 0)
                continue; // a step that no process had an image for
            var values = sums.Values;
            if (!double.IsFinite(values[Metric.Loss.Name]))
                NotFinite ??= (result.Step, values[Metric.Loss.Name], result.LearningRate);
            else if (NotFinite is null)
                Note(result, sums, values, totals);
        }
        Dispose();
    }

    private void Note(StepResult result, MetricSums sums, MetricValues values, PassTotals totals)
    {
        totals.Add(sums);
        var step = new CnnStep
        {
            Step = result.Step,
            Epoch = epoch,
            Images = (int)sums.Images,
            LearningRate = result.LearningRate,
            ImagesPerSecond = totals.ImagesPerSecond,
            Metrics = values,
        };
        observer.Step(step, totals);
    }

    public void Dispose()
    {
        _unread.ForEach(result => result.Dispose());
        _unread.Clear();
    }
}
