using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms.Augmentation;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Brings the images of each batch to the size of the step: a function of the seed and the step.</summary>
internal sealed class ScaledBatches(MultiScale scales, int seed)
{
    // Apart from the numbers that the images' own augmentation draws, and the mixing.
    private const ulong Stream = 2;

    /// <summary>The height and width of a step's images in pixels.</summary>
    /// <param name="step">Steps before this one.</param>
    public int Size(long step)
    {
        var random = new AugmentationRandom(seed, 0, (ulong)(step / scales.StepsPerSize), Stream);
        return scales.Sizes[random.NextInteger(scales.Sizes.Count)];
    }

    /// <param name="images">N × C × largest size × largest size.</param>
    /// <param name="step">Steps before this one.</param>
    /// <returns>N × C × size × size.</returns>
    public Tensor Resize(Tensor images, long step)
    {
        var size = Size(step);
        return images.Resized(size, size);
    }
}
