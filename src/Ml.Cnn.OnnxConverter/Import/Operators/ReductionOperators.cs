using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>ReduceMean: over the pixels of maps, or along one dimension as a part of a layer normalization.</summary>
internal static class ReductionOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } = [OperatorTable.Step("ReduceMean", Mean)];

    private static ImportStep Mean(Lowering graph, OnnxNode node)
    {
        const int AxesAreAnInput = 18;
        var input = graph.Step(node, 0);
        var rank = input.Shape.Length + 1;
        var named = ShapeOperators.Axes(graph, node, AxesAreAnInput);
        if (named is null or [] && node.Integer("noop_with_empty_axes", 0) != 0)
            return input;
        int[] axes = [.. (named is null or [] ? Enumerable.Range(0, rank) : named.Select(axis => ShapeOperators.Place(node, axis, rank))).Distinct().Order()];
        var keeps = node.Integer("keepdims", 1) != 0;
        switch (axes, rank)
        {
            case ([2, 3], 4):
                return Kept(graph.Add(node, LayerKinds.AdaptiveAvgPool2d, input, ("output", new Size2d(1, 1))), [input.Shape[0]]);
            case ([1, 2], 4): // channels last
                var maps = Permute(input, 0, 3, 1, 2);
                return Kept(Permute(graph.Add(node, LayerKinds.AdaptiveAvgPool2d, maps, ("output", new Size2d(1, 1))), 0, 2, 3, 1), [input.Shape[2]]);
            case ([> 0 and var axis], _):
                return Kept(graph.Add(node, ImportKinds.Mean, input, ("axis", axis)), [.. input.Shape.Where((_, i) => i != axis - 1)]);
            default:
                throw node.Wrong($"takes means over the dimensions {string.Join(", ", axes)} of {rank}; means over height and width are read");
        }

        ImportStep Kept(ImportStep mean, int[] shape) => keeps ? mean : ShapeOperators.To(graph, node, mean, shape);

        ImportStep Permute(ImportStep value, params int[] order) => graph.Add(node, LayerKinds.Permute, value, ("dimensions", (IReadOnlyList<int>)order));
    }
}
