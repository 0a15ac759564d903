using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>How many images of each class were taken for which, over a pass: counted on the device, for which nothing waits before they are read.</summary>
internal sealed class ConfusionCounts : IDisposable
{
    private readonly Tensor _counts; // classes², int64: those of a class side by side

    /// <param name="classes">How many there are.</param>
    /// <param name="device">Where the network computes.</param>
    public ConfusionCounts(int classes, Device device) =>
        (Classes, _counts) = (classes, zeros((long)classes * classes, ScalarType.Int64, device).DetachFromDisposeScope());

    public int Classes { get; }

    /// <summary>Counts a batch.</summary>
    /// <param name="logits">N × classes.</param>
    /// <param name="labels">N class numbers, int64.</param>
    public void Add(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var pairs = labels.Times((long)Classes).Plus(logits.argmax(1)); // N
        _counts.AddInPlace(pairs.bincount(weights: null, minlength: (long)Classes * Classes));
    }

    /// <summary>Has the counts changed, as float64: those of other processes added.</summary>
    public void Replace(Action<Tensor> change)
    {
        using var counts = _counts.to(ScalarType.Float64);
        change(counts);
        _counts.copy_(counts);
    }

    /// <summary>Waits for the device.</summary>
    /// <returns>Classes × classes: a row for each class that images are of, a column for each that they were taken for.</returns>
    public long[,] Read()
    {
        using var counts = _counts.cpu();
        var flat = counts.data<long>();
        var matrix = new long[Classes, Classes];
        for (var i = 0; i < Classes; i++)
            for (var j = 0; j < Classes; j++)
                matrix[i, j] = flat[(long)i * Classes + j];
        return matrix;
    }

    public void Dispose() => _counts.Dispose();
}
