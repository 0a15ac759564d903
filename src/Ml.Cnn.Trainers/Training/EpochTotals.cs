using System.Diagnostics;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Sums over the images of one pass.</summary>
/// <param name="before">Those of an earlier part of the pass.</param>
internal sealed class EpochTotals(EpochSums before)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private double _lossSum = before.Loss;
    private long _correct = before.Correct;

    public EpochTotals() : this(new()) { }

    /// <summary>The sums so far, to go on from.</summary>
    public EpochSums Sums => new(Images, _lossSum, _correct, Seconds);

    public long Images { get; private set; } = before.Images;

    public double Seconds => before.Seconds + _time.Elapsed.TotalSeconds;

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

/// <summary>What a part of a pass came to.</summary>
/// <param name="Images">How many.</param>
/// <param name="Loss">The sum of their losses.</param>
/// <param name="Correct">How many had their class's output highest.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record EpochSums(long Images = 0, double Loss = 0, long Correct = 0, double Seconds = 0);
