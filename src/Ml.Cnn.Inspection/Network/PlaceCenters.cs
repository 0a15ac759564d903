using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Inspection.Network;

/// <summary>Where in a view a layer's places look: the middle of the pixels that each depends on (its receptive field), evenly spaced.</summary>
/// <remarks>Not the view divided by the number of places: a convolution without padding has no place that looks at the edge.</remarks>
/// <param name="Top">The middle of the first row's pixels, from the view's upper edge.</param>
/// <param name="Down">Pixels from a row to the next.</param>
/// <param name="Left">The middle of the first column's pixels, from the view's left edge.</param>
/// <param name="Across">Pixels from a column to the next.</param>
internal readonly record struct PlaceCenters(double Top, double Down, double Left, double Across)
{
    /// <summary>The centers of a layer's places. Where a layer joins branches, the first is followed: their places look at the same middle.</summary>
    public static PlaceCenters Of(GraphNode layer)
    {
        const double FirstPixel = 0.5;
        if (layer.Inputs is not [var input, ..])
            return new(FirstPixel, 1, FirstPixel, 1);
        var before = Of(input);
        var (rows, columns) = Steps(layer, input);
        return new(before.Top + rows.Shift * before.Down, before.Down * rows.Stride,
            before.Left + columns.Shift * before.Across, before.Across * columns.Stride);
    }

    // By how many places of its input an operation's first one is shifted, and how many lie from one to the next.
    private static (Step Rows, Step Columns) Steps(GraphNode layer, GraphNode input)
    {
        if (layer.Kind == LayerKinds.AdaptiveAvgPool2d && (input.Shape.PerImage, layer.Shape.PerImage) is ([_, var rows, var columns], [_, var high, var wide]))
            return (Divided(rows, high), Divided(columns, wide));
        var description = layer.Description!;
        var padding = description.TryGet<Size2d>(LayerAttributes.Padding, out var padded) ? padded : 0;
        var kernel = description.TryGet<Size2d>(LayerAttributes.Kernel, out var window) ? window : 1;
        var stride = description.TryGet<Size2d>(LayerAttributes.Stride, out var steps) ? steps : 1;
        var dilation = description.TryGet<Size2d>(LayerAttributes.Dilation, out var spread) ? spread : 1;
        return (new((kernel.Height - 1) * dilation.Height / 2.0 - padding.Height, stride.Height),
            new((kernel.Width - 1) * dilation.Width / 2.0 - padding.Width, stride.Width));
    }

    private static Step Divided(int from, int to) => new(((double)from / to - 1) / 2, (double)from / to);

    private readonly record struct Step(double Shift, double Stride);
}
