using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Subtracts a fixed image, the mean of those that a network was trained on, pixel by pixel (Krizhevsky et al. 2012, section 2). For images of another size
/// the mean image is resized bilinearly. N × C × H × W to the same. Kind "mean_image".
/// </summary>
/// <remarks>The mean image is the buffer <c>weight</c> (C × H × W, float32): saved with the network, and not trained.</remarks>
internal sealed class MeanImage : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="image">The mean image, C × H × W. The layer keeps a copy.</param>
    /// <exception cref="ArgumentException">The tensor is no image.</exception>
    public MeanImage(Tensor image) : base(LayerKinds.MeanImage)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 3 || image.numel() == 0)
            throw new ArgumentException($"A mean image is a tensor of channels × height × width, not {string.Join(" × ", image.shape)}.", nameof(image));
        using (NewDisposeScope())
            Weight = image.detach().to(float32, copy: true).DetachFromDisposeScope();
        GC.KeepAlive(image);
        RegisterComponents();
    }

    /// <summary>The mean image: C × H × W.</summary>
    [field: ComponentName(Name = "weight")]
    public Tensor Weight { get; private set; }

    /// <summary>A mean image for images of a size.</summary>
    /// <param name="image">C × H × W.</param>
    /// <param name="height">The images' height.</param>
    /// <param name="width">The images' width.</param>
    public static Tensor Of(Tensor image, long height, long width)
    {
        if (image.shape[1] == height && image.shape[2] == width)
            return image.alias();
        using var batch = image.unsqueeze(0);
        using var resized = functional.interpolate(batch, size: [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        return resized.squeeze(0);
    }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).WithWeight(WeightRoles.Weight, Weight);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        using var image = Of(Weight, input.shape[2], input.shape[3]);
        using var difference = input.sub(image); // float32 beside any type
        return difference.to(input.dtype);
    }
}
