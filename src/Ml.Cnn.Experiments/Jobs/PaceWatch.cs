using System.Diagnostics;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Jobs;

/// <summary>Foresees from a training's first batches that it will not come to its first rung in time, and ends it.</summary>
internal sealed class PaceWatch : IDisposable
{
    // By then kernels are made and memory is asked for.
    private const int StepsBefore = 2;
    private const double LeastSeconds = 2;

    // A machine is not as fast in one second as in the next.
    private const double Margin = 1.25;

    private readonly long _images;
    private readonly double _seconds;
    private readonly CancellationTokenSource _stop;
    private long _start;
    private long _counted;

    /// <param name="images">That the training is to see.</param>
    /// <param name="left">The time that there is for it.</param>
    /// <param name="cancellation">Ends it for other reasons.</param>
    public PaceWatch(long images, TimeSpan left, CancellationToken cancellation)
    {
        (_images, _seconds) = (images, left.TotalSeconds);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>The whole training's seconds, as far as is foreseen; null where it was not ended.</summary>
    public double? Foreseen { get; private set; }

    /// <summary>Images that were trained on.</summary>
    public long Images { get; private set; }

    /// <summary>A step was made.</summary>
    public void Step(CnnStep step)
    {
        Images += step.Images;
        if (step.Step == StepsBefore)
            _start = Stopwatch.GetTimestamp();
        if (step.Step <= StepsBefore)
            return;
        _counted += step.Images;
        var elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var whole = elapsed / _counted * _images;
        if (elapsed < LeastSeconds || whole <= _seconds * Margin || Foreseen is not null)
            return;
        Foreseen = whole;
        _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();
}
