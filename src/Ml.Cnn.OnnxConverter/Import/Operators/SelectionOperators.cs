using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>What gives parts of values, puts values together, or adds to their edges.</summary>
internal static class SelectionOperators
{
    public static IEnumerable<KeyValuePair<string, OperatorReader>> All { get; } =
    [
        OperatorTable.One("Concat", Concatenate), OperatorTable.One("Slice", SliceOf), new("Split", Split), OperatorTable.One("Gather", Gather),
        OperatorTable.Step("Pad", Pad),
    ];

    private static ImportValue Concatenate(Lowering graph, OnnxNode node)
    {
        ImportValue[] values = [.. Enumerable.Range(0, node.Inputs.Count).Select(position => graph.Value(node, position))];
        var axis = node.Integer("axis", 1);
        if (values.Length > 0 && Array.TrueForAll(values, value => value is StepValue))
        {
            ImportStep[] steps = [.. values.Select(value => ((StepValue)value).Step)];
            var place = ShapeOperators.Place(node, axis, steps[0].Shape.Length + 1);
            return place > 0 ? new StepValue(graph.Add(node, LayerKinds.Concatenate, steps, ("dimension", place))) : throw node.Wrong("puts images together");
        }
        if (values.Length > 0 && Array.TrueForAll(values, value => value is IntegerConstant { Dimensions.Length: 1 }) && axis is 0 or -1)
        {
            var items = values.SelectMany(value => ((IntegerConstant)value).Items);
            graph.Budget.Take(node, values.Sum(value => ((IntegerConstant)value).Items.Length) * 16L);
            return IntegerConstant.List(items);
        }
        if (values.Length > 0 && Array.TrueForAll(values, value => value is FloatConstant))
        {
            Tensor[] tensors = [.. values.Select(value => ((FloatConstant)value).Tensor)];
            var place = ShapeOperators.Place(node, axis, (int)tensors[0].dim());
            return FloatFolding.Of(graph, node, tensors, () => cat(tensors, place));
        }
        throw node.Wrong("puts constants and values together, which the library has no layer for");
    }

    private static ImportValue SliceOf(Lowering graph, OnnxNode node)
    {
        // Attributes up to version 9 of the operators, inputs since.
        var isOld = graph.Opset < 10;
        var starts = (isOld ? node.Integers("starts") : graph.Integers(node, 1)) ?? [];
        var ends = (isOld ? node.Integers("ends") : graph.Integers(node, 2)) ?? [];
        var axes = isOld ? node.Integers("axes") : node.HasInput(3) ? graph.Integers(node, 3) : null;
        var steps = !isOld && node.HasInput(4) ? graph.Integers(node, 4) : null;
        axes ??= [.. Enumerable.Range(0, starts.Count).Select(axis => (long)axis)];
        steps ??= [.. starts.Select(_ => 1L)];
        if (ends.Count != starts.Count || axes.Count != starts.Count || steps.Length != starts.Count)
            throw node.Wrong($"has {starts.Count} starts, {ends.Count} ends, {axes.Count} axes and {steps.Length} steps");
        var value = graph.Value(node, 0);
        for (var i = 0; i < starts.Count; i++)
        {
            value = value switch
            {
                StepValue { Step: var input } => new StepValue(Cut(graph, node, input, ShapeOperators.Place(node, axes[i], input.Shape.Length + 1), starts[i],
                    ends[i],
                    steps[i])),
                IntegerConstant { Dimensions.Length: 1 } list when ShapeOperators.Place(node, axes[i], 1) == 0 =>
                    IntegerConstant.List(Range.Of(node, list.Items.Length, starts[i], ends[i], steps[i]).Positions.Select(position => list.Items[position])),
                FloatConstant { Tensor: var tensor } => Cut(graph, node, tensor, ShapeOperators.Place(node, axes[i], (int)tensor.dim()), starts[i], ends[i],
                    steps[i]),
                _ => throw node.Wrong("cuts whole numbers, which is not read"),
            };
        }
        return value;
    }

    private static ImportStep Cut(Lowering graph, OnnxNode node, ImportStep input, int axis, long start, long end, long step)
    {
        if (axis == 0)
        {
            return start == 0 && step == 1 && end >= Math.Max(graph.Batch ?? 1, int.MaxValue) ? input
                : throw node.Wrong("takes some of the images and leaves others");
        }
        var length = input.Shape[axis - 1];
        var range = Range.Of(node, length, start, end, step);
        if (range.Step == -1 && range.Count == length)
            return graph.Add(node, ImportKinds.Reverse, input, ("axis", axis));
        if (range.Step < 1 || range.Count == 0)
            throw node.Wrong($"takes {range.Count} positions from {start} to {end} in steps of {step} of {length}");
        if (range.Step > 1)
            return graph.Add(node, ImportKinds.StridedSlice, input, ("axis", axis), ("start", range.Start), ("step", range.Step), ("length", range.Count));
        return range.Count == length ? input : graph.Add(node, LayerKinds.Slice, input, ("start", range.Start), ("length", range.Count), ("dimension", axis));
    }

    private static FloatConstant Cut(Lowering graph, OnnxNode node, Tensor constant, int axis, long start, long end, long step)
    {
        var range = Range.Of(node, checked((int)constant.shape[axis]), start, end, step);
        return range.Step >= 1 ? FloatFolding.Of(graph, node, [], () => constant.slice(axis, range.Start, range.Start + (long)range.Count * range.Step,
            range.Step))
            : throw node.Wrong("turns constants around, which is not read");
    }

    private static ImportValue[] Split(Lowering graph, OnnxNode node)
    {
        var input = graph.Step(node, 0);
        var axis = ShapeOperators.Place(node, node.Integer("axis", 0), input.Shape.Length + 1);
        if (axis == 0)
            throw node.Wrong("takes the images apart");
        var length = input.Shape[axis - 1];
        var sizes = graph.Opset < 13 ? node.Integers("split") : node.HasInput(1) ? graph.Integers(node, 1) : null;
        if (sizes is null)
        {
            var parts = Math.Max(1, node.Integer("num_outputs", node.Outputs.Count));
            var each = (length + parts - 1) / parts;
            sizes = [.. Enumerable.Range(0, node.Outputs.Count).Select(part => Math.Min(each, length - part * each))];
        }
        if (sizes.Any(size => size < 1 || size > length) || sizes.Sum() != length || sizes.Count != node.Outputs.Count)
            throw node.Wrong($"takes {length} apart into {string.Join(", ", sizes)}");
        var start = 0;
        var outputs = new ImportValue[sizes.Count];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new StepValue(graph.Add(node, LayerKinds.Slice, input, ("start", start), ("length", (int)sizes[i]), ("dimension", axis)));
            start += (int)sizes[i];
        }
        return outputs;
    }

    private static ImportValue Gather(Lowering graph, OnnxNode node)
    {
        if (graph.Value(node, 1) is not IntegerConstant { Known: { } positions } indices || indices.Dimensions.Length > 1)
            throw node.Wrong("takes positions that are no list of constants");
        var (value, axis) = (graph.Value(node, 0), node.Integer("axis", 0));
        switch (value)
        {
            case IntegerConstant { Dimensions.Length: 1 } list when axis is 0 or -1:
                AxisLength[] items = [.. positions.Select(position => list.Items[ShapeOperators.Place(node, position, list.Items.Length)])];
                graph.Budget.Take(node, items.Length * 16L);
                return new IntegerConstant(items, indices.Dimensions);
            case StepValue { Step: var input }:
                var place = ShapeOperators.Place(node, axis, input.Shape.Length + 1);
                return place > 0 ? new StepValue(Gather(graph, node, input, place, positions, isOne: indices.Dimensions.Length == 0))
                    : throw node.Wrong("takes some of the images and leaves others");
            default:
                throw node.Wrong("takes parts of constants, which is not read");
        }
    }

    private static ImportStep Gather(Lowering graph, OnnxNode node, ImportStep input, int axis, long[] positions, bool isOne)
    {
        var length = input.Shape[axis - 1];
        int[] places = [.. positions.Select(position => ShapeOperators.Place(node, position, length))];
        var part = input;
        if (places.Length == length && places.SequenceEqual(Enumerable.Range(0, length).Reverse()) && length > 1)
            part = graph.Add(node, ImportKinds.Reverse, input, ("axis", axis));
        else if (places.Length > 0 && places.SequenceEqual(Enumerable.Range(places[0], places.Length)))
        {
            if (places.Length < length)
                part = graph.Add(node, LayerKinds.Slice, input, ("start", places[0]), ("length", places.Length), ("dimension", axis));
        }
        else
            throw node.Wrong("takes positions that do not follow one another, which the library has no layer for");
        return isOne ? ShapeOperators.To(graph, node, part, [.. part.Shape.Where((_, i) => i != axis - 1)]) : part;
    }

    // Attributes up to version 10 of the operators, inputs since.
    private static ImportStep Pad(Lowering graph, OnnxNode node)
    {
        var input = graph.Step(node, 0);
        var pads = (graph.Opset < 11 ? node.Integers("pads") : graph.Integers(node, 1)) ?? [];
        var value = graph.Opset < 11 ? node.Number("value", 0) : node.HasInput(2) ? graph.Floats(node, 2).Scalar ?? double.NaN : 0;
        var rank = input.Shape.Length + 1;
        if (graph.Opset >= 18 && node.HasInput(3))
            pads = Spread(node, pads, graph.Integers(node, 3), rank);
        if (node.Text("mode", "constant") is not "constant" and var mode)
            throw node.Wrong($"pads by '{Trainers.Text.Listing.Shortened(mode)}', which the library has no layer for");
        if (pads.Count != 2 * rank || !double.IsFinite(value))
            throw node.Wrong($"has {pads.Count} pads of {value} for {rank} dimensions");
        int[] sides = [.. pads.Select(pad => Lowering.Count(node, pad, "a padding of", least: 0))];
        if (sides.All(side => side == 0))
            return input;
        if (rank != 4 || sides[0] != 0 || sides[4] != 0)
            throw node.Wrong("pads something else than the maps of images");
        if (sides[1] > 0 || sides[5] > 0)
        {
            if (value != 0)
                throw node.Wrong("adds channels that are not 0");
            input = graph.Add(node, ImportKinds.ChannelPad, input, ("before", sides[1]), ("behind", sides[5]));
        }
        var (before, behind) = (new Size2d(sides[2], sides[3]), new Size2d(sides[6], sides[7]));
        return before == 0 && behind == 0 ? input
            : graph.Add(node, LayerKinds.ConstantPad2d, input, ("before", before), ("behind", behind), ("value", value));
    }

    private static long[] Spread(OnnxNode node, IReadOnlyList<long> pads, long[] axes, int rank)
    {
        if (pads.Count != 2 * axes.Length)
            throw node.Wrong($"has {pads.Count} pads for {axes.Length} dimensions");
        var all = new long[2 * rank];
        for (var i = 0; i < axes.Length; i++)
        {
            var place = ShapeOperators.Place(node, axes[i], rank);
            (all[place], all[rank + place]) = (pads[i], pads[axes.Length + i]);
        }
        return all;
    }

    /// <summary>Positions of a dimension.</summary>
    private readonly record struct Range(int Start, int Step, int Count)
    {
        public IEnumerable<int> Positions
        {
            get
            {
                for (var i = 0; i < Count; i++)
                    yield return Start + i * Step;
            }
        }

        // As ONNX counts them: from the end where they are negative, and cut to what there is.
        public static Range Of(OnnxNode node, int length, long start, long end, long step)
        {
            if (step is 0 or < -int.MaxValue or > int.MaxValue)
                throw node.Wrong($"cuts in steps of {step}");
            var last = step > 0 ? length : length - 1;
            var from = Math.Clamp(FromEnd(start), step > 0 ? 0 : -1, last);
            var to = Math.Clamp(FromEnd(end), step > 0 ? 0 : -1, last);
            var count = step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step;
            return new((int)from, (int)step, (int)Math.Max(0, count));

            long FromEnd(long position) => position < 0 ? Math.Max(position, -int.MaxValue) + length : position;
        }
    }
}
