using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>
/// What a step minimizes: a loss with label smoothing (Szegedy et al. 2015, section 7), class weights and example weights. As PyTorch's
/// cross_entropy, it is Σ weight × loss / Σ weight over the batch, where an image's weight is that of its label's class times its own.
/// </summary>
/// <param name="loss">The network's own, or the one that the user chose.</param>
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

    /// <summary>The mean loss of a batch whose images are partly one another, a scalar.</summary>
    /// <param name="logits">N × classes, before softmax.</param>
    /// <param name="own">The labels and weights of each image's own part.</param>
    /// <param name="other">Those of its partner's part: the same ones, in another order.</param>
    /// <param name="share">How much of each image is its own, from 0 to 1.</param>
    public Tensor OfMixed(Tensor logits, (Tensor Labels, Tensor ExampleWeights) own, (Tensor Labels, Tensor ExampleWeights) other, float share)
    {
        // Both parts have the same weights: the sum is the weighted mean of all labels.
        return loss.OfEachMixed(logits, own.Labels, other.Labels, share, labelSmoothing) is { } each ? MeanOfMixed(each, own, other, share)
            : Of(logits, own.Labels, own.ExampleWeights).Times(share).Plus(Of(logits, other.Labels, other.ExampleWeights).Times(1 - share));
    }

    /// <summary>The mean of something that each image of a batch has, by what the images weigh.</summary>
    /// <param name="each">N values.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="exampleWeights">N weights, 0 or more.</param>
    public Tensor Mean(Tensor each, Tensor labels, Tensor exampleWeights) => Weights(labels, exampleWeights) is { } weights
        ? (each * weights).sum() / Weight(labels, exampleWeights) : each.mean();

    /// <summary>The same of a batch whose images are partly one another.</summary>
    /// <param name="each">N values.</param>
    /// <param name="own">The labels and weights of each image's own part.</param>
    /// <param name="other">Those of its partner's part.</param>
    /// <param name="share">How much of each image is its own, from 0 to 1.</param>
    public Tensor MeanOfMixed(Tensor each, (Tensor Labels, Tensor ExampleWeights) own, (Tensor Labels, Tensor ExampleWeights) other, float share)
    {
        if (Weights(own.Labels, own.ExampleWeights) is not { } weights)
            return each.mean();
        var mixed = weights.Times(share).Plus(Weights(other.Labels, other.ExampleWeights)!.Times(1 - share)); // N
        return (each * mixed).sum() / Weight(own.Labels, own.ExampleWeights);
    }

    /// <summary>What the images of a batch weigh together, a scalar.</summary>
    /// <param name="labels">N class numbers.</param>
    /// <param name="exampleWeights">N weights, 0 or more.</param>
    public Tensor Weight(Tensor labels, Tensor exampleWeights) => Weights(labels, exampleWeights) is { } weights
        ? weights.sum().AtLeast(LeastWeight) : TensorArithmetic.Filled([], labels.size(0), device: labels.device);

    // What each image weighs, N values; null: 1.
    private Tensor? Weights(Tensor labels, Tensor exampleWeights)
    {
        var weights = classWeights?.index_select(0, labels);
        if (usesExampleWeights)
            weights = weights is null ? exampleWeights : weights * exampleWeights;
        return weights;
    }
}
