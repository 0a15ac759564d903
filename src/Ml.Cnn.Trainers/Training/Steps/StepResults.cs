using Ml.Cnn.Trainers.Training.Metrics;
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

    public void Add(StepResult result, EpochTotals totals)
    {
        _unread.Add(result);
        if (_unread.Count >= _atOnce)
            Read(totals);
    }

    /// <summary>Adds everything unread to an epoch's totals.</summary>
    public void Read(EpochTotals totals)
    {
        foreach (var result in _unread)
        {
            var loss = result.Loss.ToDouble();
            if (!double.IsFinite(loss))
                NotFinite ??= (result.Step, loss, result.LearningRate);
            else if (NotFinite is null)
                Note(result, loss, totals);
        }
        Dispose();
    }

    private void Note(StepResult result, double loss, EpochTotals totals)
    {
        var (correct, inTop5) = (result.Correct.ToInt64(), result.InTop5?.ToInt64());
        totals.Add(result.Images, loss, correct, inTop5);
        observer.Step(new(result.Step, epoch, result.Images, loss, (double)correct / result.Images, (double?)inTop5 / result.Images, result.LearningRate,
            totals.ImagesPerSecond), totals);
    }

    public void Dispose()
    {
        _unread.ForEach(result => result.Dispose());
        _unread.Clear();
    }
}
