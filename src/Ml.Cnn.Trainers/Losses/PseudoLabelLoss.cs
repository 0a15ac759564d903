using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>
/// The loss of images without labels (Sohn et al. 2020, "FixMatch", equation 4): the cross-entropy of what a network says of an image that was changed much
/// with the class that it is sure of where the image was changed little.
/// </summary>
/// <param name="threshold">The probability from which on the network is sure, above 0 and below 1.</param>
/// <param name="weight">What the loss counts beside that of the labels, above 0.</param>
internal sealed class PseudoLabelLoss(double threshold, double weight)
{
    /// <summary>The most probable class of each image, and 1 where the network is sure of it, else 0.</summary>
    /// <param name="logits">Of the images that were changed little, N × classes.</param>
    public (Tensor Classes, Tensor IsSure) Guess(Tensor logits)
    {
        using var limit = threshold.ToScalar();
        var (probabilities, classes) = logits.softmax(1).max(1);
        return (classes, probabilities.ge(limit).to(float32));
    }

    /// <summary>The loss times its weight, a scalar: the mean over all images, those without a sure class being 0.</summary>
    /// <param name="logits">Of the images that were changed much, N × classes.</param>
    /// <param name="classes">N class numbers.</param>
    /// <param name="isSure">N numbers, 1 or 0.</param>
    public Tensor Of(Tensor logits, Tensor classes, Tensor isSure) =>
        functional.cross_entropy(logits, classes, reduction: Reduction.None).mul(isSure).mean().Times(weight);
}
