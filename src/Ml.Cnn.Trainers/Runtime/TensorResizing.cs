using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Images that are tensors already, in another size.</summary>
internal static class TensorResizing
{
    /// <summary>N × C × H × W to another height and width, bilinear and antialiased; the tensor itself where it has them.</summary>
    public static Tensor Resized(this Tensor images, long height, long width) => (images.size(2), images.size(3)) == (height, width) ? images
        : functional.interpolate(images, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
}
