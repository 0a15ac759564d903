using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Inspection.Network;

/// <summary>Images under a Gaussian kernel, first across and then down.</summary>
internal static class GaussianBlur
{
    /// <summary>Blurred images of the same size; beyond an edge the edge's pixels go on.</summary>
    /// <param name="images">N × channels × height × width.</param>
    /// <param name="deviation">In pixels, above 0.</param>
    /// <param name="radius">Pixels of the kernel on either side of its middle, 1 or more, fewer than the images' sides.</param>
    public static Tensor Of(Tensor images, double deviation, int radius)
    {
        using var scope = NewDisposeScope();
        var weights = Enumerable.Range(-radius, 2 * radius + 1).Select(offset => Math.Exp(-0.5 * Math.Pow(offset / deviation, 2))).ToArray();
        var sum = weights.Sum();
        var kernel = tensor(weights.Select(weight => (float)(weight / sum)).ToArray(), device: images.device);
        var channels = images.size(1);
        var padded = functional.pad(images, [radius, radius, radius, radius], PaddingModes.Replicate);
        var across = functional.conv2d(padded, kernel.reshape(1, 1, 1, -1).repeat(channels, 1, 1, 1), groups: channels);
        return functional.conv2d(across, kernel.reshape(1, 1, -1, 1).repeat(channels, 1, 1, 1), groups: channels).MoveToOuterDisposeScope();
    }
}
