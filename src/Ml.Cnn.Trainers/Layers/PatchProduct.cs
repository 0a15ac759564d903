using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A convolution as one matrix product: the pixels under each position of the filters, laid side by side, times the filters (Chellapilla,
/// Puri and Simard 2006, section 3).
/// </summary>
/// <remarks>
/// oneDNN's bfloat16 convolutions go through all the filters for every image. Where a batch has few positions and many weights, as in the last
/// stages at small image sizes, that costs more than the arithmetic, above all in the gradient of the weights: 512 → 512 channels at 2 × 2
/// pixels, batch 32, take 8.7 ms forward and backward, and 3.3 ms this way.
/// </remarks>
internal static class PatchProduct
{
    // Measured on two cores with AVX512-BF16: weights for each position of the batch above which the product is the faster of the two.
    private const long WeightsPerPosition = 3000;
    private const long WeightsPerPositionOfPoints = 500; // 1 × 1 filters need no patches

    /// <summary>Whether the product is the faster way. It is so in bfloat16 only.</summary>
    /// <param name="layer">Without groups.</param>
    /// <param name="input">N × C × H × W.</param>
    public static bool IsCompatible(Conv2d layer, Tensor input)
    {
        if (layer.Groups > 1 || input.dtype != ScalarType.BFloat16 || input.device_type != TorchSharp.DeviceType.CPU)
            return false;
        var positions = input.size(0) * layer.OutputHeight(input.size(2)) * layer.OutputWidth(input.size(3));
        var taps = layer.Kernel.Height * layer.Kernel.Width;
        var weights = (long)layer.InChannels * layer.OutChannels * taps;
        return weights >= positions * (taps == 1 ? WeightsPerPositionOfPoints : WeightsPerPosition);
    }

    /// <summary>The convolution.</summary>
    /// <param name="layer">Its numbers.</param>
    /// <param name="input">N × C × H × W, channels last in memory.</param>
    /// <param name="weight">K × C × kernel height × kernel width, channels last in memory.</param>
    /// <param name="bias">K, or null.</param>
    /// <returns>N × K × H' × W', channels last in memory.</returns>
    public static Tensor Of(Conv2d layer, Tensor input, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (padding, kernel) = (layer.Padding, layer.Kernel);
        var padded = padding is { Height: 0, Width: 0 } ? input
            : functional.pad(input, [padding.Width, padding.Width, padding.Height, padding.Height]);
        var pixels = padded.permute(0, 2, 3, 1); // N × H × W × C
        var (height, width) = (layer.OutputHeight(input.size(2)), layer.OutputWidth(input.size(3)));
        var taps = new List<Tensor>();
        for (var y = 0; y < kernel.Height; y++)
            for (var x = 0; x < kernel.Width; x++)
                taps.Add(Part(Part(pixels, 1, y * layer.Dilation.Height, height, layer.Stride.Height), 2, x * layer.Dilation.Width, width, layer.Stride.Width));
        var filters = weight.permute(0, 2, 3, 1).reshape(layer.OutChannels, -1);   // K × (kernel height · kernel width · C)
        // Rows of one matrix: without gradients libtorch takes patches that are not contiguous for many matrices, and copies the filters for each.
        var patches = (taps.Count == 1 ? taps[0] : cat(taps, 3)).reshape(-1, filters.size(1));
        return functional.linear(patches, filters, bias).view(input.size(0), height, width, layer.OutChannels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();

        static Tensor Part(Tensor whole, int dimension, long first, long count, long step) =>
            whole.slice(dimension, first, first + (count - 1) * step + 1, step);
    }
}
