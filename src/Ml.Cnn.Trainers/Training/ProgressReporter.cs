using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Tells the user's <see cref="IProgress{T}"/> how training goes, a few times a second.</summary>
internal sealed class ProgressReporter(IProgress<CnnProgress>? progress, int epochs, long imagesInEpoch)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly Stopwatch _whole = Stopwatch.StartNew();
    private TimeSpan _last = TimeSpan.MinValue;

    public void Step(int epoch, EpochTotals totals)
    {
        if (progress is null || (_last != TimeSpan.MinValue && _whole.Elapsed - _last < s_pause && totals.Images < imagesInEpoch))
            return;
        _last = _whole.Elapsed;
        var done = (double)(epoch - 1) * imagesInEpoch + totals.Images;
        var all = (double)epochs * imagesInEpoch;
        var remaining = done > 0 && all > done ? _whole.Elapsed * ((all - done) / done) : TimeSpan.Zero;
        progress.Report(new(epoch, epochs, totals.Images, imagesInEpoch, totals.Loss, totals.Accuracy, totals.ImagesPerSecond, remaining));
    }
}
