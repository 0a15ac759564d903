using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>The share of images whose class has the highest output.</summary>
internal sealed class AccuracyMetric() : Metric("accuracy")
{
    public override Tensor Measure(BatchOutput batch) => batch.Logits.argmax(1).eq(batch.Labels).sum();
}
