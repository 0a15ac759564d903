using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>What training minimizes: how far a network's outputs are from the labels.</summary>
internal abstract class ClassificationLoss
{
    /// <summary>The mean over the batch of −log softmax(logits) at the label.</summary>
    public static ClassificationLoss CrossEntropy { get; } = new SoftmaxCrossEntropy();

    /// <summary>Whether a part of each label can be spread over all classes.</summary>
    public virtual bool TakesLabelSmoothing => true;

    /// <summary>The mean loss of a batch, a scalar.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="labels">N class numbers.</param>
    public virtual Tensor Of(Tensor logits, Tensor labels) => OfEach(logits, labels, classWeights: null, labelSmoothing: 0).mean();

    /// <summary>Each image's loss, N values.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="classWeights">Factors of the classes' terms; null: 1.</param>
    /// <param name="labelSmoothing">The part of each label that is spread evenly over all classes, from 0 to below 1.</param>
    public abstract Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing);

    /// <summary>Each image's loss, N values, where it is partly another image.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="otherLabels">Those of the other images.</param>
    /// <param name="share">How much of each image is its own, from 0 to 1.</param>
    /// <param name="labelSmoothing">The part of each label that is spread evenly over all classes, from 0 to below 1.</param>
    /// <returns>Null for a loss that has the losses of both labels in the proportion of the parts.</returns>
    public virtual Tensor? OfEachMixed(Tensor logits, Tensor labels, Tensor otherLabels, double share, double labelSmoothing) => null;

    /// <summary>Losses times the weights of their labels' classes.</summary>
    /// <param name="each">N losses.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="classWeights">Null: 1.</param>
    protected static Tensor Weighted(Tensor each, Tensor labels, Tensor? classWeights) =>
        classWeights is null ? each : each * classWeights.index_select(0, labels);

    private sealed class SoftmaxCrossEntropy : ClassificationLoss
    {
        public override Tensor Of(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);

        public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing) =>
            functional.cross_entropy(logits, labels, classWeights, reduction: Reduction.None, label_smoothing: labelSmoothing);
    }
}

/// <summary>
/// LeNet-5's loss (LeCun et al. 1998, equation 9): the label's penalty plus log(exp(−j) + Σ exp(−penalty)), the penalties being the negative
/// logits. It is the cross-entropy with one more class, "rubbish", whose penalty is always j: a class that is further off than j is pushed away no more.
/// </summary>
/// <param name="rubbishPenalty">j, above 0.</param>
internal sealed class MaximumAPosterioriLoss(double rubbishPenalty) : ClassificationLoss
{
    /// <summary>A spread label would have every class's penalty fall, and the loss is there to push the wrong ones away only as far as j.</summary>
    public override bool TakesLabelSmoothing => false;

    /// <inheritdoc/>
    public override Tensor Of(Tensor logits, Tensor labels)
    {
        using var all = WithRubbish(logits);
        return functional.cross_entropy(all, labels);
    }

    /// <inheritdoc/>
    public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing)
    {
        using var all = WithRubbish(logits);
        return Weighted(functional.cross_entropy(all, labels, reduction: Reduction.None), labels, classWeights);
    }

    private Tensor WithRubbish(Tensor logits)
    {
        using var rubbish = TensorArithmetic.Filled([logits.size(0), 1], -rubbishPenalty, logits.dtype, logits.device); // N × 1
        return cat([logits, rubbish], 1);                                                            // N × (classes + 1)
    }
}
