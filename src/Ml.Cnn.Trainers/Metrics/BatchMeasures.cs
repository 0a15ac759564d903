using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>What every metric measured on a batch; the tensors are on the device still.</summary>
internal sealed class BatchMeasures : IDisposable
{
    private readonly (Metric Metric, Tensor Measured)[] _measures;

    /// <param name="images">Of the batch.</param>
    /// <param name="output">What the network said about them.</param>
    public BatchMeasures(int images, BatchOutput output)
    {
        Images = images;
        _measures =
        [
            .. Metric.All.Select(metric => (Metric: metric, Measured: metric.Measure(output))).Where(one => one.Measured is not null)
                .Select(one => (one.Metric, one.Measured!)),
        ];
    }

    public int Images { get; }

    /// <summary>A scalar, the mean over the images.</summary>
    public Tensor Loss => Array.Find(_measures, one => one.Metric == Metric.Loss).Measured;

    /// <summary>Lets the tensors outlive the scope that they were made in.</summary>
    public BatchMeasures MoveToOuterDisposeScope()
    {
        foreach (var (_, measured) in _measures)
            measured.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Waits for the device and reads all of them.</summary>
    public MetricSums Read() => new()
    {
        Images = Images,
        Metrics = _measures.ToDictionary(one => one.Metric.Name, one => one.Metric.Sums(Numbers(one.Measured), Images)),
    };

    public void Dispose()
    {
        foreach (var (_, measured) in _measures)
            measured.Dispose();
    }

    private static double[] Numbers(Tensor measured)
    {
        if (measured.dim() == 0)
            return [measured.Number()];
        using var numbers = measured.to(ScalarType.Float64, CPU);
        return numbers.data<double>().ToArray();
    }
}
