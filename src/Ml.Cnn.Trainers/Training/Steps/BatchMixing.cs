using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Mixes the images of a batch with one another, and the loss of their labels in the same proportion (mixup, CutMix).</summary>
internal sealed class BatchMixing(BatchAugmentation recipe, int seed)
{
    // Apart from the numbers that the images' own augmentation draws.
    private const ulong Stream = 1;

    /// <param name="images">N × C × H × W.</param>
    /// <param name="labels">N class numbers.</param>
    /// <param name="weights">N example weights.</param>
    /// <param name="epoch">With <paramref name="step"/> and the seed, it decides what is drawn.</param>
    /// <param name="step">The training step.</param>
    public MixedBatch Mix(Tensor images, Tensor labels, Tensor weights, int epoch, long step)
    {
        var random = new AugmentationRandom(seed, epoch, (ulong)step, Stream);
        var mix = recipe.Draw((int)images.size(0), (int)images.size(2), (int)images.size(3), ref random);
        var partners = tensor(mix.Permutation, dtype: ScalarType.Int64).to(images.device);
        var others = images.index_select(0, partners);
        var (otherLabels, otherWeights) = (labels.index_select(0, partners), weights.index_select(0, partners));
        if (mix.Box is not { } box)
            return new(images.Times(mix.Lambda).Plus(others.Times(1 - mix.Lambda)), labels, otherLabels, weights, otherWeights, mix.Lambda);
        var mixed = images.clone();
        Part(mixed).copy_(Part(others));
        return new(mixed, labels, otherLabels, weights, otherWeights, mix.Lambda);

        Tensor Part(Tensor whole) => whole.narrow(2, box.Y, box.Height).narrow(3, box.X, box.Width);
    }
}

/// <summary>A batch in which each image is partly another one.</summary>
/// <param name="Images">N × C × H × W.</param>
/// <param name="Labels">The labels of each image's own part.</param>
/// <param name="OtherLabels">Those of its partner's part.</param>
/// <param name="Weights">What each image's own label weighs.</param>
/// <param name="OtherWeights">What its partner's label weighs.</param>
/// <param name="Share">How much of it is its own, from 0 to 1.</param>
internal sealed record MixedBatch(Tensor Images, Tensor Labels, Tensor OtherLabels, Tensor Weights, Tensor OtherWeights, float Share)
{
    /// <summary>The loss with the mixed labels.</summary>
    public Tensor Loss(TrainingLoss loss, Tensor logits) => loss.OfMixed(logits, (Labels, Weights), (OtherLabels, OtherWeights), Share);

    /// <summary>The mean of something that each image has, by what both its parts weigh.</summary>
    public Tensor Mean(TrainingLoss loss, Tensor each) => loss.MeanOfMixed(each, (Labels, Weights), (OtherLabels, OtherWeights), Share);
}
