using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>The mean loss over the images, in nats for cross-entropy.</summary>
internal sealed class LossMetric() : Metric("loss")
{
    public override Tensor Measure(BatchOutput batch) => batch.Loss.detach();

    public override double[] Sums(double[] measured, int images) => [measured[0] * images];
}
