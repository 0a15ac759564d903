using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>What gives the same numbers in another shape, order or type.</summary>
internal static class ShapeOperators
{
    private const int HighestRank = 8;
    private const int MostSpread = 1 << 16;

    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.One("Reshape", Reshape), OperatorTable.One("Flatten", Flatten), OperatorTable.One("Transpose", Transpose),
        OperatorTable.One("Squeeze", Squeeze), OperatorTable.One("Unsqueeze", Unsqueeze), OperatorTable.One("Identity", (graph, node) => graph.Value(node, 0)),
        OperatorTable.One("Cast", Cast), OperatorTable.One("CastLike", CastLike), OperatorTable.One("Expand", Expand),
    ];

    private static ImportValue Reshape(Lowering graph, OnnxNode node)
    {
        if (graph.Value(node, 1) is not IntegerConstant target)
            throw node.Wrong("takes a shape that is no list of whole numbers");
        var copiesZeros = node.Integer("allowzero", 0) == 0;
        switch (graph.Value(node, 0))
        {
            case StepValue value:
                return new StepValue(To(graph, node, value.Step, PerImage(graph, node, value.Step.Shape, target.Items, copiesZeros)));
            case FloatConstant constant when target.Known is { } shape:
                if (copiesZeros)
                    shape = [.. shape.Select((length, i) => length == 0 && i < constant.Tensor.dim() ? constant.Tensor.shape[i] : length)];
                return FloatFolding.Of(graph, node, [constant.Tensor], () => constant.Tensor.reshape(shape));
            case IntegerConstant integers when target.Known is { Length: <= 1 }:
                return target.Known.Length == 1 || integers.Items.Length != 1 ? integers with { Dimensions = [integers.Items.Length] }
                    : integers with { Dimensions = [] };
            default:
                throw node.Wrong("brings constants to a shape that is not known");
        }
    }

    // The shape of each image: images stay apart, whatever the file says of how many there are.
    private static int[] PerImage(Lowering graph, OnnxNode node, int[] from, AxisLength[] target, bool copiesZeros)
    {
        var numbers = ShapeRules.Numbers(from);
        if (target.Length == 0)
            throw Mixed();
        var rest = target.Skip(1).Select((length, i) => length.PerImage != 0 ? throw Mixed()
            : length.Fixed == 0 && copiesZeros && i < from.Length ? from[i]
            : length.Fixed).ToArray();
        var open = Array.IndexOf(rest, -1);
        if (open >= 0)
        {
            var others = rest.Where((_, i) => i != open).ToArray();
            if (others.Any(length => length < 1 || length > numbers) || numbers % Product(others) != 0)
                throw Mixed();
            rest[open] = numbers / Product(others);
        }
        var isBatch = target[0] == AxisLength.Batch || (target[0].PerImage == 0 && (target[0].Fixed is -1 || (target[0].Fixed == 0 && copiesZeros)
            || target[0].Fixed == (graph.Batch ?? 1)));
        return isBatch && rest.All(length => length > 0 && length <= numbers) && Product(rest) == numbers ? [.. rest.Select(length => (int)length)]
            : throw Mixed();

        OnnxFormatException Mixed() => node
            .Wrong($"brings N × {string.Join(" × ", from)} to {string.Join(" × ", target)}, which mixes the numbers of several images "
            + "or has another number of them");

        // At most as large as can be compared.
        static long Product(long[] lengths) => ShapeRules.Numbers(lengths.Select(length => (int)length));
    }

    private static ImportValue Flatten(Lowering graph, OnnxNode node)
    {
        if (graph.Value(node, 0) is not StepValue { Step: var input })
            throw node.Wrong("flattens constants, which is not read");
        var axis = node.Integer("axis", 1);
        if (axis < 0)
            axis += input.Shape.Length + 1;
        // What lies before the axis must be the images alone.
        if (axis < 1 || axis > input.Shape.Length + 1 || input.Shape.Take((int)axis - 1).Any(length => length != 1))
            throw node.Wrong($"flattens from dimension {axis} on; a row for each image is read");
        return new StepValue(graph.Add(node, LayerKinds.Flatten, input));
    }

    private static ImportValue Transpose(Lowering graph, OnnxNode node)
    {
        var order = node.Integers("perm");
        switch (graph.Value(node, 0))
        {
            case StepValue { Step: var input }:
                var rank = input.Shape.Length + 1;
                int[] dimensions = [.. (order ?? [.. Enumerable.Range(0, rank).Reverse().Select(dimension => (long)dimension)])
                    .Select(dimension => (int)Math.Clamp(dimension, -1, rank))];
                if (!dimensions.Order().SequenceEqual(Enumerable.Range(0, rank)) || dimensions[0] != 0)
                    throw node.Wrong($"brings {rank} dimensions to the order {string.Join(", ", dimensions)}; the images must stay first");
                return new StepValue(graph.Add(node, LayerKinds.Permute, input, ("dimensions", (IReadOnlyList<int>)dimensions)));
            case FloatConstant { Tensor: var tensor }:
                var places = order ?? [.. Enumerable.Range(0, (int)tensor.dim()).Reverse().Select(dimension => (long)dimension)];
                if (!places.Order().SequenceEqual(Enumerable.Range(0, (int)tensor.dim()).Select(dimension => (long)dimension)))
                    throw node.Wrong($"brings {tensor.dim()} dimensions to the order {string.Join(", ", places)}");
                return FloatFolding.Of(graph, node, [], () => tensor.permute([.. places]));
            default:
                throw node.Wrong("turns whole numbers around, which is not read");
        }
    }

    private static ImportValue Squeeze(Lowering graph, OnnxNode node)
    {
        var axes = Axes(graph, node);
        switch (graph.Value(node, 0))
        {
            case StepValue { Step: var input }:
                var rank = input.Shape.Length + 1;
                var gone = axes?.Select(axis => Place(node, axis, rank)).ToHashSet();
                if (gone?.Contains(0) == true || gone?.Any(axis => input.Shape[axis - 1] != 1) == true)
                    throw node.Wrong($"takes away dimensions that are not 1, or the images: {string.Join(", ", gone)}");
                return new StepValue(To(graph, node, input, [.. input.Shape.Where((length, i) => gone is null ? length != 1 : !gone.Contains(i + 1))]));
            case FloatConstant { Tensor: var tensor }:
                var places = (axes ?? [.. Enumerable.Range(0, (int)tensor.dim()).Where(i => tensor.shape[i] == 1).Select(i => (long)i)])
                    .Select(axis => Place(node, axis, (int)tensor.dim())).ToHashSet();
                return FloatFolding.Of(graph, node, [], () => tensor.reshape([.. tensor.shape.Where((length, i) => !places.Contains(i))]));
            case IntegerConstant { Items.Length: 1 } number:
                return number with { Dimensions = [] };
            default:
                throw node.Wrong("takes dimensions away from whole numbers, which is not read");
        }
    }

    private static ImportValue Unsqueeze(Lowering graph, OnnxNode node)
    {
        var axes = Axes(graph, node) ?? throw node.Wrong("does not say which dimensions are new");
        switch (graph.Value(node, 0))
        {
            case StepValue { Step: var input }:
                var added = Added(input.Shape.Select(length => (long)length).Prepend(0), axes);
                return added[0] == 0 ? new StepValue(To(graph, node, input, [.. added.Skip(1).Select(length => (int)length)]))
                    : throw node.Wrong("puts a dimension before the images");
            case FloatConstant { Tensor: var tensor }:
                return FloatFolding.Of(graph, node, [], () => tensor.reshape([.. Added(tensor.shape, axes)]));
            case IntegerConstant { Dimensions.Length: 0 } number when axes.Count == 1:
                return number with { Dimensions = [1] };
            default:
                throw node.Wrong("puts dimensions between whole numbers, which is not read");
        }

        List<long> Added(IEnumerable<long> shape, IReadOnlyList<long> places)
        {
            var all = shape.ToList();
            var rank = all.Count + places.Count;
            if (rank > HighestRank)
                throw node.Wrong($"makes {rank} dimensions");
            foreach (var place in places.Select(axis => Place(node, axis, rank)).Order())
                all.Insert(Math.Min(place, all.Count), 1);
            return all;
        }
    }

    private static ImportValue Cast(Lowering graph, OnnxNode node) => Cast(graph, node,
        TensorReader.IsInteger(new TensorProto { DataType = (int)Math.Clamp(node.Integer("to", 1), 0, int.MaxValue), Name = node.Name }));

    private static ImportValue CastLike(Lowering graph, OnnxNode node) => Cast(graph, node, isInteger: graph.Value(node, 1) is IntegerConstant);

    // Values are float32 here whatever their precision in the file.
    private static ImportValue Cast(Lowering graph, OnnxNode node, bool isInteger)
    {
        switch (graph.Value(node, 0))
        {
            case StepValue value when !isInteger:
                return value;
            case FloatConstant constant when !isInteger:
                return constant;
            case IntegerConstant integers when isInteger:
                return integers;
            case IntegerConstant { Known: { } known } integers:
                graph.Budget.Take(node, known.Length * sizeof(float));
                return new FloatConstant(null, tensor(known.Select(number => (float)number).ToArray()).reshape([.. integers.Dimensions.Select(length =>
                    (long)length)]));
            case FloatConstant { Tensor: var tensor } when tensor.numel() <= 1 << 16 && tensor.dim() <= 1:
                graph.Budget.Take(node, tensor.numel() * 16);
                return new IntegerConstant([.. tensor.data<float>().Select(number => float.Abs(number) < 1e15 ? new AxisLength((long)number, 0)
                    : throw node.Wrong($"makes a whole number of {number}"))], [.. tensor.shape.Select(length => (int)length)]);
            default:
                throw node.Wrong("brings values to whole numbers, or a number of images to another type, which the library has no layer for");
        }
    }

    // Constants alone are spread: values of images have their shape, or no layer gives them another.
    private static ImportValue Expand(Lowering graph, OnnxNode node)
    {
        if (graph.Value(node, 1) is not IntegerConstant target)
            throw node.Wrong("spreads values over a shape that is no list of whole numbers");
        switch (graph.Value(node, 0))
        {
            case FloatConstant { Tensor: var tensor } when target.Known is { Length: <= HighestRank } shape && Array.TrueForAll(shape, length => length > 0):
                var room = shape.Aggregate(1L, (product, length) => length > long.MaxValue / sizeof(float) / product ? long.MaxValue / sizeof(float)
                    : product * length);
                graph.Budget.Take(node, Math.Max(room, tensor.numel()) * sizeof(float));
                return FloatFolding.Of(graph, node, [], () => tensor.Plus(zeros(shape)).contiguous());
            case IntegerConstant integers when target.Known is [var length] && (length == integers.Items.Length || length == 1):
                return integers.Dimensions.Length == 0 ? integers with { Dimensions = [1] } : integers;
            case IntegerConstant { Items: [var item] } when target.Known is [> 0 and <= MostSpread and var length]:
                graph.Budget.Take(node, length * 16);
                return IntegerConstant.List(Enumerable.Repeat(item, (int)length));
            case StepValue value when target.Items.Length <= value.Step.Shape.Length + 1 && target.Items.Reverse()
                .Zip(value.Step.Shape.Reverse().Select(length => new AxisLength(length, 0)).Append(AxisLength.Batch), (wanted, own) =>
                    wanted == own || wanted == new AxisLength(1, 0)).All(fits => fits):
                return value;
            default:
                throw node.Wrong("spreads values over a shape that they do not have, which the library has no layer for");
        }
    }

    /// <summary>A step that brings each image's numbers to a shape.</summary>
    public static ImportStep To(Lowering graph, OnnxNode node, ImportStep input, int[] shape) =>
        graph.Add(node, LayerKinds.Reshape, input, ("shape", (IReadOnlyList<int>)shape));

    /// <summary>The dimensions that a node is about: an attribute up to version 12 of the operators, an input since. Null where it names none.</summary>
    public static IReadOnlyList<long>? Axes(Lowering graph, OnnxNode node, int version = 13) =>
        graph.Opset < version ? node.Integers("axes") : node.HasInput(1) ? graph.Integers(node, 1) : null;

    /// <summary>A dimension, counted from the first; from the end where it is negative.</summary>
    public static int Place(OnnxNode node, long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis)
        : throw node.Wrong($"names the dimension {axis} of {rank}");
}
