using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms.Augmentation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

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

    /// <summary>Fails by name where a network does not take all of the sizes.</summary>
    public static void Check(MultiScale scales, Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape, Device device)
    {
        if (shape.Height != shape.Width)
            throw OptionCheck.Wrong(nameof(CnnOptions.MultiScale), $"{shape.Width}×{shape.Height}", "null for images that are not square");
        if (scales.Sizes[0] < architecture.MinimumImageSize)
            throw OptionCheck.Wrong(nameof(CnnOptions.MultiScale), scales.Sizes[0],
                $"sizes of at least {architecture.MinimumImageSize} for {architecture.Name}");
        network.eval();
        foreach (var size in scales.Sizes)
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            try
            {
                network.forward(zeros([1, shape.Channels, size, size], device: device));
            }
            catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or InvalidOperationException or ArgumentException)
            {
                throw OptionCheck.Wrong(nameof(CnnOptions.MultiScale), size,
                    $"null for {architecture.Name}, which is built for images of one size, here {shape.Height}");
            }
        }
    }
}
