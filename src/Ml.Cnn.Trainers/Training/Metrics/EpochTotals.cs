using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training.Metrics;

/// <summary>Sums over the images of one pass.</summary>
/// <param name="before">Those of an earlier part of the pass.</param>
internal sealed class EpochTotals(EpochSums before)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private double _lossSum = before.Loss;
    private long _correct = before.Correct;
    private long? _inTop5 = before.InTop5;

    public EpochTotals() : this(new()) { }

    /// <summary>The sums so far, to go on from.</summary>
    public EpochSums Sums => new(Images, _lossSum, _correct, Seconds, _inTop5);

    public long Images { get; private set; } = before.Images;

    public double Seconds => before.Seconds + _time.Elapsed.TotalSeconds;

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

/// <summary>What a part of a pass came to.</summary>
/// <param name="Images">How many.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="Correct">How many had their class's output highest.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="InTop5">How many had their class among the five highest outputs; null where that is not counted.</param>
internal sealed record EpochSums(long Images = 0, double Loss = 0, long Correct = 0, double Seconds = 0, long? InTop5 = 0);
