using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>How the numbers of a filter's window lie in a map.</summary>
internal static class Windows
{
    /// <summary>A window's rows, in the order of a filter's numbers.</summary>
    public static TileInput Of(DirectValue input, PackedWeights weights, Geometry geometry)
    {
        var rows = geometry.Kernel.Height;
        return new((nint)geometry.Stride.Width * input.Pixel, rows, weights.Numbers / rows, input.Row);
    }

    /// <summary>Filters × channels × height × width as filters × numbers, in the order in which a window lies in a map.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="pixel">
    /// Numbers between two pixels of the map. A window of several pixels has what fills the channels' last vector too, with weights of 0.
    /// </param>
    public static Tensor Flatten(Tensor filters, int pixel)
    {
        if (filters.dim() == 2)
            return filters;
        var (count, channels, height, width) = (filters.size(0), filters.size(1), filters.size(2), filters.size(3));
        if (height * width == 1)
            return filters.reshape(count, channels);
        var padded = zeros(count, height, width, pixel);
        padded.narrow(3, 0, channels).copy_(filters.permute(0, 2, 3, 1));
        return padded.reshape(count, -1);
    }
}
