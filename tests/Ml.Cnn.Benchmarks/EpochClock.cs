using System.Diagnostics;

namespace Ml.Cnn.Benchmarks;

/// <summary>Images per second of every epoch but the first, in which .NET compiles the code and memory grows to its size.</summary>
internal sealed class EpochClock
{
    private readonly Stopwatch _clock = new();
    private readonly List<double> _rates = [];

    /// <summary>Of the second epoch and those after it.</summary>
    public IReadOnlyList<double> Rates => _rates;

    /// <summary>Of the last epoch: shows that something was learned.</summary>
    public double Loss { get; private set; }

    /// <summary>Everything since the last call counts: also what lies between two epochs.</summary>
    /// <param name="images">How many the epoch had.</param>
    /// <param name="loss">The mean over its steps.</param>
    public void EndEpoch(long images, double loss)
    {
        Loss = loss;
        if (_clock.IsRunning)
            _rates.Add(images / _clock.Elapsed.TotalSeconds);
        _clock.Restart();
    }
}
