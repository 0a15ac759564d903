using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>A loss of the label's probability alone, for labels of which some are wrong: what it is robust by holds for labels that are not spread.</summary>
internal abstract class NoiseRobustLoss : ClassificationLoss
{
    /// <inheritdoc/>
    public override bool TakesLabelSmoothing => false;

    /// <inheritdoc/>
    public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing)
    {
        var logarithms = functional.log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).squeeze(1); // N
        return Weighted(Of(logarithms), labels, classWeights);
    }

    /// <summary>Each image's loss.</summary>
    /// <param name="logarithms">log p of its label, N values.</param>
    protected abstract Tensor Of(Tensor logarithms);
}

/// <summary>Generalized cross-entropy, (1 − p^q) / q (Zhang and Sabuncu 2018, equation 6).</summary>
/// <param name="q">Above 0 and at most 1.</param>
internal sealed class GeneralizedCrossEntropyLoss(double q) : NoiseRobustLoss
{
    /// <inheritdoc/>
    protected override Tensor Of(Tensor logarithms) => logarithms.Times(q).expm1().Over(-q);
}

/// <summary>Symmetric cross-entropy, −α log p − βA (1 − p) (Wang et al. 2019, section 4).</summary>
/// <param name="alpha">0 or more.</param>
/// <param name="beta">Above 0.</param>
/// <param name="logOfZero">A, below 0.</param>
internal sealed class SymmetricCrossEntropyLoss(double alpha, double beta, double logOfZero) : NoiseRobustLoss
{
    /// <inheritdoc/>
    protected override Tensor Of(Tensor logarithms) => logarithms.Times(-alpha).Plus(logarithms.expm1().Times(beta * logOfZero));
}
