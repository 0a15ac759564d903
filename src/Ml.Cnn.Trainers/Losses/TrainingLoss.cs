using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>
/// What a step minimizes: the network's loss with label smoothing (Szegedy et al. 2015, section 7), class weights and example weights. As PyTorch's
/// cross_entropy, it is Σ weight × loss / Σ weight over the batch, where an image's weight is that of its label's class times its own.
/// </summary>
/// <param name="loss">The network's.</param>
/// <param name="labelSmoothing">From 0 to below 1.</param>
/// <param name="classWeights">Per class, float32, on the network's device; null: 1. Belongs to whoever made it.</param>
/// <param name="usesExampleWeights">Whether images have weights of their own.</param>
internal sealed class TrainingLoss(ClassificationLoss loss, double labelSmoothing, Tensor? classWeights, bool usesExampleWeights)
{
    // A batch whose images all weigh nothing has the loss 0.
    private const double LeastWeight = 1e-12;

    private readonly bool _isPlain = labelSmoothing == 0 && classWeights is null && !usesExampleWeights;

    /// <summary>The mean loss of a batch, a scalar.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="exampleWeights">N weights, 0 or more.</param>
    public Tensor Of(Tensor logits, Tensor labels, Tensor exampleWeights)
    {
        if (_isPlain)
            return loss.Of(logits, labels);
        var each = loss.OfEach(logits, labels, classWeights, labelSmoothing); // N, times the class's weight
        return (usesExampleWeights ? each * exampleWeights : each).sum() / Weight(labels, exampleWeights);
    }

    /// <summary>What the images of a batch weigh together, a scalar.</summary>
    /// <param name="labels">N class numbers.</param>
    /// <param name="exampleWeights">N weights, 0 or more.</param>
    public Tensor Weight(Tensor labels, Tensor exampleWeights)
    {
        var weights = classWeights?.index_select(0, labels);
        if (usesExampleWeights)
            weights = weights is null ? exampleWeights : weights * exampleWeights;
        return weights is null ? TensorArithmetic.Filled([], labels.size(0), device: labels.device) : weights.sum().AtLeast(LeastWeight);
    }
}
