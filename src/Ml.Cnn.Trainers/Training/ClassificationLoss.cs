using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training;

/// <summary>What training minimises: how far a network's outputs are from the labels.</summary>
internal abstract class ClassificationLoss
{
    /// <summary>The mean over the batch of −log softmax(logits) at the label.</summary>
    public static ClassificationLoss CrossEntropy { get; } = new SoftmaxCrossEntropy();

    /// <summary>The mean loss of a batch, a scalar.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="labels">N class numbers.</param>
    public abstract Tensor Of(Tensor logits, Tensor labels);

    private sealed class SoftmaxCrossEntropy : ClassificationLoss
    {
        public override Tensor Of(Tensor logits, Tensor labels) => functional.cross_entropy(logits, labels);
    }
}

/// <summary>
/// LeNet-5's loss (LeCun et al. 1998, equation 9): the label's penalty plus log(exp(−j) + Σ exp(−penalty)), the penalties being the negative
/// logits. It is the cross-entropy with one more class, "rubbish", whose penalty is always j: a class that is further off than j is pushed away no more.
/// </summary>
/// <param name="rubbishPenalty">j, above 0.</param>
internal sealed class MaximumAPosterioriLoss(double rubbishPenalty) : ClassificationLoss
{
    /// <inheritdoc/>
    public override Tensor Of(Tensor logits, Tensor labels)
    {
        using var rubbish = full([logits.size(0), 1], -rubbishPenalty, logits.dtype, logits.device); // N × 1
        using var all = cat([logits, rubbish], 1);                                                   // N × (classes + 1)
        return functional.cross_entropy(all, labels);
    }
}
