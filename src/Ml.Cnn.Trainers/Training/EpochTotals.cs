using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Sums over the images of one pass.</summary>
internal sealed class EpochTotals
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private double _lossSum;
    private long _correct;

    public long Images { get; private set; }

    public double Seconds => _time.Elapsed.TotalSeconds;

    public double Loss => Images > 0 ? _lossSum / Images : double.NaN;

    public double Accuracy => Images > 0 ? (double)_correct / Images : double.NaN;

    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    public void Add(int images, double meanLoss, long correct)
    {
        Images += images;
        _lossSum += meanLoss * images;
        _correct += correct;
    }

    public void Stop() => _time.Stop();
}
