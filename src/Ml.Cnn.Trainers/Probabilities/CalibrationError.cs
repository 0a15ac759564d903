namespace Ml.Cnn.Trainers;

/// <summary>
/// The expected calibration error: by how much the probability of the predicted class and the share of right answers differ, over 15 bins of equal width,
/// weighted by the images in them (Guo et al. 2017, "On calibration of modern neural networks", equation 3). Add images one by one.
/// </summary>
public sealed class CalibrationError
{
    internal const int BinCount = 15;

    private readonly double[] _probabilities = new double[BinCount];
    private readonly int[] _right = new int[BinCount];
    private readonly int[] _images = new int[BinCount];

    /// <summary>How many images there are.</summary>
    public int Images { get; private set; }

    /// <summary>The error, from 0, where probabilities are as sure as they are right, to 1. NaN without images.</summary>
    public double Value => _probabilities.Zip(_right, (sure, hits) => Math.Abs(sure - hits)).Sum() / Images;

    /// <summary>The bins in the order of their probabilities, those without images too: the calibration curve.</summary>
    public IReadOnlyList<CalibrationBin> Bins => [.. Enumerable.Range(0, BinCount).Select(bin => new CalibrationBin((double)bin / BinCount,
        (bin + 1.0) / BinCount, _images[bin], _probabilities[bin] / _images[bin], (double)_right[bin] / _images[bin]))];

    /// <summary>Adds an image.</summary>
    /// <param name="probability">The probability of the predicted class, 0 to 1.</param>
    /// <param name="isRight">Whether it is the image's class.</param>
    public void Add(float probability, bool isRight)
    {
        var bin = Math.Clamp((int)Math.Ceiling(probability * BinCount) - 1, 0, BinCount - 1);
        _probabilities[bin] += probability;
        _right[bin] += isRight ? 1 : 0;
        _images[bin]++;
        Images++;
    }
}
