using System.Diagnostics;
using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>Tells the user's <see cref="IProgress{T}"/> how training goes: a few times a second, and at the end of every epoch.</summary>
/// <param name="progress">The user's.</param>
/// <param name="epochs">Asked for.</param>
/// <param name="imagesInEpoch">Labeled images.</param>
/// <param name="work">What an image of an epoch costs beside one of the last.</param>
internal sealed class ProgressReporter(IProgress<CnnProgress> progress, int epochs, long imagesInEpoch, Func<int, double> work) : ITrainingObserver
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _whole = new();
    private readonly ProcessMemory _memory = new();
    private TimeSpan _last = TimeSpan.MinValue;
    private double _done; // images by their cost, since the start of this run, which may go on from an earlier one
    private CnnEpoch? _lastEpoch;

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        _lastEpoch = history.Count > 0 ? history[^1] : null;
        _whole.Start();
    }

    public void Step(CnnStep step, PassTotals totals)
    {
        _done += step.Images * work(step.Epoch);
        if (_last != TimeSpan.MinValue && _whole.Elapsed - _last < s_pause && totals.Images < imagesInEpoch)
            return;
        _last = _whole.Elapsed;
        Report(new()
        {
            Epoch = step.Epoch,
            Step = step.Step,
            Images = totals.Images,
            Metrics = totals.Metrics,
            LearningRate = step.LearningRate,
            ImagesPerSecond = totals.ImagesPerSecond,
            Remaining = Remaining(step.Epoch, totals.Images),
        });
    }

    public void Epoch(CnnEpoch epoch)
    {
        _lastEpoch = epoch;
        Report(new()
        {
            Epoch = epoch.Epoch,
            Step = epoch.Steps,
            Images = epoch.Images,
            Metrics = epoch.Metrics,
            LearningRate = epoch.LearningRate,
            ImagesPerSecond = epoch.ImagesPerSecond,
            Remaining = Remaining(epoch.Epoch, imagesInEpoch),
        });
    }

    public void Dispose() { }

    private void Report(CnnProgress value) => progress.Report(value with
    {
        Epochs = epochs,
        ImagesInEpoch = imagesInEpoch,
        Memory = ProcessMemory.Resident,
        PeakMemory = _memory.Peak(),
        LastEpoch = _lastEpoch,
    });

    // Time goes by in validation too, so the whole time counts.
    private TimeSpan Remaining(int epoch, long imagesOfEpoch)
    {
        var left = work(epoch) * (imagesInEpoch - imagesOfEpoch) + Enumerable.Range(epoch + 1, epochs - epoch).Sum(work) * imagesInEpoch;
        return _done > 0 && left > 0 ? _whole.Elapsed * (left / _done) : TimeSpan.Zero;
    }
}
