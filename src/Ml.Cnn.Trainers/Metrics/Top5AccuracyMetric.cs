using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Metrics;

/// <summary>The share of images whose class is among the five highest outputs; with five classes or fewer, where it is all of them, not measured.</summary>
internal sealed class Top5AccuracyMetric() : Metric("top5Accuracy")
{
    private const int Five = 5;

    public override Tensor? Measure(BatchOutput batch) => batch.Logits.size(1) <= Five
        ? null
        : batch.Logits.topk(Five, 1, sorted: false).indexes.eq(batch.Labels.unsqueeze(1)).sum();
}
