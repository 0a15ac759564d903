using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Sets some of a network's weights by training images before the first step, such as filters that whiten the patches of these images. A training that
/// starts from weights, or goes on from a checkpoint, has no use for it.
/// </summary>
/// <example>
/// <code>
/// new Architecture("small", MyNetworks.Build) { ImageInitialization = new(images: 5000, MyNetworks.SetFirstLayer) }
/// </code>
/// </example>
public sealed class ImageInitialization
{
    /// <summary>Says how many images, and what is done with them.</summary>
    /// <param name="images">
    /// How many, at least 1; fewer come where there are fewer. They are those that a training begins with, in the seed's order, without augmentation.
    /// </param>
    /// <param name="apply">
    /// Sets the weights: of the network that was built, by the images (N × channels × height × width, normalized, float32, on the CPU). Called on the training
    /// thread, without gradients. It must do the same each time, so that trainings repeat.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer images than 1.</exception>
    public ImageInitialization(int images, Action<Module<Tensor, Tensor>, Tensor> apply)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ArgumentNullException.ThrowIfNull(apply);
        (Images, Apply) = (images, apply);
    }

    /// <summary>The most images that are looked at.</summary>
    public int Images { get; }

    /// <summary>Sets the network's weights by images.</summary>
    internal Action<Module<Tensor, Tensor>, Tensor> Apply { get; }
}
