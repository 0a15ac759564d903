using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Sums over the images of one pass.</summary>
internal sealed class EpochTotals
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private double _lossSum;
    private long _correct;
    private long? _inTop5 = 0;

    public long Images { get; private set; }

    public double Seconds => _time.Elapsed.TotalSeconds;

    public double Loss => Images > 0 ? _lossSum / Images : double.NaN;

    public double Accuracy => Images > 0 ? (double)_correct / Images : double.NaN;

    /// <summary>Null where it is not counted.</summary>
    public double? Top5Accuracy => Images > 0 ? (double?)_inTop5 / Images : null;

    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    /// <param name="images">More of them.</param>
    /// <param name="meanLoss">Their mean loss.</param>
    /// <param name="correct">Those whose class had the highest output.</param>
    /// <param name="inTop5">Those whose class was among the five highest; null where that is not counted.</param>
    public void Add(int images, double meanLoss, long correct, long? inTop5)
    {
        Images += images;
        _lossSum += meanLoss * images;
        _correct += correct;
        _inTop5 += inTop5;
    }

    public void Stop() => _time.Stop();
}
