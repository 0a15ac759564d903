using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>How a window slides over maps, as convolution and pooling nodes say it.</summary>
/// <param name="Size">The maps' height and width.</param>
/// <param name="Kernel">The window's.</param>
/// <param name="Stride">Pixels between two positions.</param>
/// <param name="Dilation">Pixels between two taps.</param>
/// <param name="Before">Pixels added above, and on the left.</param>
/// <param name="Behind">Pixels added below, and on the right.</param>
internal sealed record Window(Size2d Size, Size2d Kernel, Size2d Stride, Size2d Dilation, Size2d Before, Size2d Behind)
{
    /// <summary>Reads a node's attributes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shape">Channels × height × width.</param>
    /// <param name="known">The window's size; null: the attribute's.</param>
    public static Window Of(OnnxNode node, int[] shape, Size2d? known)
    {
        if (shape is not [_, var height, var width])
            throw node.Wrong("takes no maps of two dimensions");
        var size = new Size2d(height, width);
        var kernel = node.Integers("kernel_shape") is { } given ? Pair(node, given, "kernel_shape") : known ?? throw node.Wrong("lacks 'kernel_shape'");
        if (known is { } weights && weights != kernel)
            throw node.Wrong($"says a window of {kernel} and has weights of {weights}");
        var stride = node.Integers("strides") is { } strides ? Pair(node, strides, "strides") : 1;
        var dilation = node.Integers("dilations") is { } dilations ? Pair(node, dilations, "dilations") : 1;
        var (before, behind) = node.Text("auto_pad", "NOTSET") switch
        {
            "SAME_UPPER" => Same(size, kernel, stride, dilation, isUpper: true),
            "SAME_LOWER" => Same(size, kernel, stride, dilation, isUpper: false),
            "VALID" => (0, 0),
            "NOTSET" or "" => Pads(node),
            var other => throw node.Wrong($"has the attribute 'auto_pad' '{Trainers.Text.Listing.Shortened(other)}', which is unknown"),
        };
        return new(size, kernel, stride, dilation, before, behind);
    }

    /// <summary>
    /// The padding of both sides alike that places the windows where this does; null where there is none. What is added behind the last window
    /// counts for nothing.
    /// </summary>
    public Size2d? Symmetric()
    {
        return Along(Size.Height, Kernel.Height, Stride.Height, Dilation.Height, Before.Height, Behind.Height)
            && Along(Size.Width, Kernel.Width, Stride.Width, Dilation.Width, Before.Width, Behind.Width) ? Before : null;

        static bool Along(long size, long kernel, long stride, long dilation, long before, long behind) => before == behind
            || ShapeRules.FilterPositions(size + 2 * before, kernel, stride, dilation) == ShapeRules.FilterPositions(size + before + behind, kernel, stride,
                dilation);
    }

    /// <summary>What the window slides over, and the padding that is left to the layer: a step that pads comes before where sides differ.</summary>
    public (ImportStep Input, Size2d Padding) Pad(Lowering graph, OnnxNode node, ImportStep input, double value) =>
        Symmetric() is { } padding ? (input, padding) : (PadAlone(graph, node, input, value), new(0, 0));

    /// <summary>A step that pads.</summary>
    public ImportStep PadAlone(Lowering graph, OnnxNode node, ImportStep input, double value) =>
        graph.Add(node, LayerKinds.ConstantPad2d, input, ("before", Before), ("behind", Behind), ("value", value));

    private static (Size2d Before, Size2d Behind) Pads(OnnxNode node)
    {
        if (node.Integers("pads") is not { } pads)
            return (0, 0);
        if (pads.Count != 4)
            throw node.Wrong($"pads {pads.Count} sides instead of 4");
        int[] sides = [.. pads.Select(pad => Lowering.Count(node, pad, "a padding of", least: 0))];
        return (new(sides[0], sides[1]), new(sides[2], sides[3]));
    }

    private static (Size2d Before, Size2d Behind) Same(Size2d size, Size2d kernel, Size2d stride, Size2d dilation, bool isUpper)
    {
        var (height, width) = (Total(size.Height, kernel.Height, stride.Height, dilation.Height), Total(size.Width, kernel.Width, stride.Width,
            dilation.Width));
        var (less, more) = (new Size2d(height / 2, width / 2), new Size2d(height - height / 2, width - width / 2));
        return isUpper ? (less, more) : (more, less);

        static int Total(int size, int kernel, int stride, int dilation) =>
            (int)Math.Clamp((((long)size - 1) / stride) * stride + (long)dilation * (kernel - 1) + 1 - size, 0, LargestPad);
    }

    private const int LargestPad = 1 << 24;

    private static Size2d Pair(OnnxNode node, IReadOnlyList<long> numbers, string what) => numbers.Count == 2
        ? new(Lowering.Count(node, numbers[0], what), Lowering.Count(node, numbers[1], what))
        : throw node.Wrong($"has {numbers.Count} numbers in '{what}'; maps of two dimensions are read");
}
