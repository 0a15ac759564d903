using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A convolution with one position in a dimension, by the part of its filters that can see the image: the rest meets padding alone.</summary>
/// <remarks>
/// oneDNN 3.7.1 leaves the gradient of such a rest unwritten in bfloat16, where its memory has whatever was there: not a number, once it was used before. So
/// the last stages of ResNeXt and RegNet at 16×16 pixels, 3×3 filters over maps of one pixel, came to weights that are none.
/// </remarks>
internal static class SeenTaps
{
    /// <summary>Whether part of the filters sees nothing, and oneDNN computes in bfloat16.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="input">N × C × H × W.</param>
    public static bool AreFew(Conv2d layer, Tensor input) => input.dtype == ScalarType.BFloat16 && input.device_type == TorchSharp.DeviceType.CPU
        && layer.Dilation is { Height: 1, Width: 1 } && (Rows(layer, input).IsPart || Columns(layer, input).IsPart);

    /// <summary>The convolution.</summary>
    /// <param name="layer">Its numbers, without dilation.</param>
    /// <param name="input">N × C × H × W.</param>
    /// <param name="weight">K × C / groups × kernel height × kernel width.</param>
    /// <param name="bias">K, or null.</param>
    /// <returns>N × K × H' × W'.</returns>
    public static Tensor Of(Conv2d layer, Tensor input, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (Rows(layer, input), Columns(layer, input));
        var seen = weight.narrow(2, rows.First, rows.Count).narrow(3, columns.First, columns.Count);
        return functional.conv2d(input, seen, bias, [layer.Stride.Height, layer.Stride.Width], [rows.Padding, columns.Padding], groups: layer.Groups)
            .MoveToOuterDisposeScope();
    }

    private static Taps Rows(Conv2d layer, Tensor input) =>
        Seen(layer.Kernel.Height, layer.Padding.Height, input.size(2), layer.OutputHeight(input.size(2)));

    private static Taps Columns(Conv2d layer, Tensor input) =>
        Seen(layer.Kernel.Width, layer.Padding.Width, input.size(3), layer.OutputWidth(input.size(3)));

    // At a single position the first tap lies the padding before the image.
    private static Taps Seen(int kernel, int padding, long size, long positions)
    {
        var count = Math.Min(kernel, padding + size) - padding;
        return positions == 1 && count >= 1 && count < kernel ? new(padding, count, 0, true) : new(0, kernel, padding, false);
    }

    private readonly record struct Taps(long First, long Count, long Padding, bool IsPart);
}
