using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>The focal loss (Lin et al. 2017, section 3.2) of softmax's probabilities: −(1 − p)^γ · log p.</summary>
/// <param name="gamma">0 or more.</param>
internal sealed class FocalLoss(double gamma) : ClassificationLoss
{
    // What 1 − p is at least: with a γ below 1, the slope of (1 − p)^γ at p = 1 is infinite.
    private const double Least = 1e-7;

    /// <inheritdoc/>
    public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing)
    {
        var logarithms = functional.log_softmax(logits, 1);                                          // N × classes
        var terms = logarithms.expm1().neg().AtLeast(Least).ToThe(gamma).mul(logarithms).neg();
        if (classWeights is not null)
            terms = terms.mul(classWeights);
        var ofLabels = terms.gather(1, labels.unsqueeze(1)).squeeze(1);                              // N
        return labelSmoothing == 0 ? ofLabels : ofLabels.Times(1 - labelSmoothing).Plus(terms.mean([1]).Times(labelSmoothing));
    }
}
