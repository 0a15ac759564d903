using System.Numerics.Tensors;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Counts what a network answers in float32 and with integers.</summary>
internal sealed class Agreement
{
    private int _labeled;
    private int _rightBefore;
    private int _rightAfter;
    private int _different;
    private double _scores;

    /// <summary>How many images there were.</summary>
    public int Images { get; private set; }

    /// <summary>How many of them have a label.</summary>
    public int Labeled => _labeled;

    /// <summary>The share that float32 has right; null without labels.</summary>
    public double? Before => _labeled == 0 ? null : (double)_rightBefore / _labeled;

    /// <summary>The share that integers have right; null without labels.</summary>
    public double? After => _labeled == 0 ? null : (double)_rightAfter / _labeled;

    /// <summary>The share of images that get another class.</summary>
    public double Disagreement => Images == 0 ? 0 : (double)_different / Images;

    /// <summary>The mean of the differences between scores.</summary>
    public double MeanDifference => Images == 0 ? 0 : _scores / Images;

    /// <summary>Adds an image's outputs.</summary>
    public void Add(ReadOnlySpan<float> before, ReadOnlySpan<float> after, int? label)
    {
        var (one, other) = (TensorPrimitives.IndexOfMax(before), TensorPrimitives.IndexOfMax(after));
        Images++;
        _different += one == other ? 0 : 1;
        for (var i = 0; i < before.Length; i++)
            _scores += Math.Abs(before[i] - after[i]) / before.Length;
        if (label is not { } right)
            return;
        _labeled++;
        _rightBefore += one == right ? 1 : 0;
        _rightAfter += other == right ? 1 : 0;
    }
}
