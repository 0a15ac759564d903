using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>A sigmoid for each class, which is there or not; the mean over the classes (Wightman et al. 2021, section 2.2).</summary>
/// <param name="leastShare">A mixed image has the classes whose parts of it are larger, from 0 to below 0.5.</param>
internal sealed class BinaryCrossEntropyLoss(double leastShare) : ClassificationLoss
{
    /// <inheritdoc/>
    public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing) =>
        Weighted(OfTargets(logits, Present(labels, logits), labelSmoothing), labels, classWeights);

    /// <summary>Both classes are there. The losses of both labels in proportion would have each there in part.</summary>
    public override Tensor OfEachMixed(Tensor logits, Tensor labels, Tensor otherLabels, double share, double labelSmoothing)
    {
        var targets = share <= leastShare ? Present(otherLabels, logits)
            : 1 - share <= leastShare ? Present(labels, logits)
            : Present(labels, logits).maximum(Present(otherLabels, logits));
        return OfTargets(logits, targets, labelSmoothing);
    }

    private static Tensor Present(Tensor labels, Tensor logits) => functional.one_hot(labels, logits.size(1)).to(logits.dtype); // N × classes

    private static Tensor OfTargets(Tensor logits, Tensor targets, double labelSmoothing)
    {
        var smoothed = labelSmoothing == 0 ? targets : targets.Times(1 - labelSmoothing).Plus(labelSmoothing / logits.size(1));
        return functional.binary_cross_entropy_with_logits(logits, smoothed, reduction: Reduction.None).mean([1]); // N
    }
}
