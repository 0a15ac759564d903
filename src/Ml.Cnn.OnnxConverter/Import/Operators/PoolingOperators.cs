using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>MaxPool, AveragePool and GlobalAveragePool.</summary>
internal static class PoolingOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.Step("MaxPool", Max), OperatorTable.Step("AveragePool", Mean),
        OperatorTable.Step("GlobalAveragePool", (graph, node) => graph.Add(node, LayerKinds.AdaptiveAvgPool2d, graph.Step(node, 0), ("output", new Size2d(1,
            1)))),
    ];

    private static ImportStep Max(Lowering graph, OnnxNode node)
    {
        var (input, window) = Read(graph, node);
        if (Fitting(node, window) is { } fit)
            return Pool(graph, node, LayerKinds.MaxPool2d, input, window, fit.Padding, fit.IsCeil);
        // What is added is smaller than all that the network computes.
        var padded = Padded(graph, node, input, window, float.MinValue);
        return Pool(graph, node, LayerKinds.MaxPool2d, padded, window, 0, isCeil: false);
    }

    private static ImportStep Mean(Lowering graph, OnnxNode node)
    {
        var (input, window) = Read(graph, node);
        var hasPads = window.Before != 0 || window.Behind != 0;
        var counts = hasPads && node.Integer("count_include_pad", 0) != 0;
        var isCeil = node.Integer("ceil_mode", 0) != 0;
        // A window over the whole map, whatever its size.
        if (!hasPads && window.Kernel == window.Size)
            return graph.Add(node, LayerKinds.AdaptiveAvgPool2d, input, ("output", new Size2d(1, 1)));
        if (!hasPads && !isCeil)
            return Pool(graph, node, LayerKinds.AvgPool2d, input, window, 0, isCeil: false, ("counts_padding", true));
        if (!counts && Fitting(node, window) is { } fit)
            return Pool(graph, node, LayerKinds.AvgPool2d, input, window, fit.Padding, fit.IsCeil, ("counts_padding", fit.Padding == 0));
        if (counts && !isCeil && window.Symmetric() is { } padding && IsSmall(window, padding))
            return Pool(graph, node, LayerKinds.AvgPool2d, input, window, padding, isCeil: false, ("counts_padding", true));
        if (!counts || isCeil)
            throw node.Wrong("takes means over windows that hang over the edges of the maps in a way that the library has no layer for");
        return Pool(graph, node, LayerKinds.AvgPool2d, window.PadAlone(graph, node, input, value: 0), window, 0, isCeil: false, ("counts_padding", true));
    }

    private static (ImportStep Input, Window Window) Read(Lowering graph, OnnxNode node)
    {
        var input = graph.Step(node, 0);
        var window = Window.Of(node, input.Shape, known: null);
        return window.Dilation == 1 ? (input, window) : throw node
            .Wrong($"has windows with gaps (dilations {window.Dilation}), which the library has no layer for");
    }

    private static ImportStep Pool(Lowering graph, OnnxNode node, string kind, ImportStep input, Window window, Size2d padding, bool isCeil,
        params (string, object)[] more) => graph.Add(node, kind, input,
            [("kernel", window.Kernel), ("stride", window.Stride), ("padding", padding), ("ceil", isCeil), .. more]);

    // A padding alike on both sides that gives as many windows in the same places, the last of them perhaps only partly inside: what lies outside counts
    // for nothing, in a maximum and in a mean of what is inside.
    private static (Size2d Padding, bool IsCeil)? Fitting(OnnxNode node, Window window)
    {
        var positions = Positions(node, window);
        foreach (var isCeil in (bool[])[false, true])
        {
            var found = (ShapeRules.PoolPositions(window.Size.Height, window.Kernel.Height, window.Stride.Height, window.Before.Height, isCeil),
                ShapeRules.PoolPositions(window.Size.Width, window.Kernel.Width, window.Stride.Width, window.Before.Width, isCeil));
            if (found == positions)
                return (window.Before, isCeil);
        }
        return null;
    }

    private static (long Height, long Width) Positions(OnnxNode node, Window window)
    {
        var isCeil = node.Integer("ceil_mode", 0) != 0;
        return (Along(window.Size.Height, window.Kernel.Height, window.Stride.Height, window.Before.Height, window.Behind.Height),
            Along(window.Size.Width, window.Kernel.Width, window.Stride.Width, window.Before.Width, window.Behind.Width));

        long Along(long size, long kernel, long stride, long before, long behind)
        {
            var room = size + before + behind - kernel;
            if (room < 0)
                return 0;
            var positions = (room + (isCeil ? stride - 1 : 0)) / stride + 1;
            return isCeil && (positions - 1) * stride >= size + before ? positions - 1 : positions; // none begins behind the maps
        }
    }

    // The pads that a pool without any has the same windows over.
    private static ImportStep Padded(Lowering graph, OnnxNode node, ImportStep input, Window window, double value)
    {
        var (height, width) = Positions(node, window);
        if (height == 0 || width == 0)
            throw node.Wrong($"has a window of {window.Kernel} for maps of {window.Size}");
        var behind = new Size2d(Room(height, window.Stride.Height, window.Kernel.Height, window.Before.Height, window.Size.Height),
            Room(width, window.Stride.Width, window.Kernel.Width, window.Before.Width, window.Size.Width));
        return (window with { Behind = behind }).PadAlone(graph, node, input, value);

        static int Room(long positions, int stride, int kernel, int before, int size) => (int)Math.Max(0, (positions - 1) * stride + kernel - before - size);
    }

    private static bool IsSmall(Window window, Size2d padding) => padding.Height <= window.Kernel.Height / 2 && padding.Width <= window.Kernel.Width / 2;
}
