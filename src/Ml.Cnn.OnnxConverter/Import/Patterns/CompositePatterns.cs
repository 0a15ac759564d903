using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>Layers that this library's own exports write as several operators.</summary>
internal static class CompositePatterns
{
    private const double Rounding = 1e-5;

    public static void Recognize(StepGraph graph)
    {
        foreach (var step in graph.Steps)
        {
            switch (step.Kind)
            {
                case ImportKinds.ChannelPad:
                    Shortcut(graph, step);
                    break;
                case ImportKinds.Maximum:
                    Maxout(graph, step);
                    break;
                case ImportKinds.Subtract:
                    RadialBasis(graph, step);
                    break;
                case ImportKinds.LeftProduct:
                    AdaptiveMean(graph, step);
                    break;
            }
        }
        graph.Sweep();
        foreach (var step in graph.Steps.Where(step => step.Is(ImportKinds.Subtract)).ToArray())
        {
            // a − b is the sum of a and −b.
            var negated = graph.Insert(step, new(step.Node) { Kind = LayerKinds.Negate, Inputs = [step.Inputs[1]] });
            graph.Become(step, LayerKinds.Add, [step.Inputs[0], negated]);
        }
    }

    // Every so many pixels, and channels of zeros behind theirs: He et al. 2015, section 3.3, option A.
    private static void Shortcut(StepGraph graph, ImportStep step)
    {
        if (!step.Has("before", 0))
            return;
        var (input, stride) = (step.Inputs[0], 1);
        if (input is { Kind: ImportKinds.StridedSlice } columns && columns.Has("axis", 3) && columns.Has("start", 0)
            && columns.Inputs[0] is { Kind: ImportKinds.StridedSlice } rows && rows.Has("axis", 2) && rows.Has("start", 0) && rows.Get<int>("step") == columns
                .Get<int>("step"))
            (input, stride) = (rows.Inputs[0], rows.Get<int>("step"));
        if (input.Shape is [var channels, var height, var width] && step.Shape.AsSpan(1).SequenceEqual([(height - 1) / stride + 1, (width - 1) / stride + 1]))
            graph.Become(step, LayerKinds.ZeroPaddedShortcut, [input], ("in", channels), ("out", step.Shape[0]), ("stride", stride));
    }

    // The largest of every so many channels, as slices that begin one after the other.
    private static void Maxout(StepGraph graph, ImportStep step)
    {
        var pieces = step.Inputs.Count;
        var x = step.Inputs[0].Inputs.FirstOrDefault();
        if (pieces >= 2 && x is not null && x.Shape[0] == pieces * (long)step.Shape[0]
            && step.Inputs.Select((slice, i) => slice.Is(ImportKinds.StridedSlice) && slice.Inputs[0] == x && slice.Has("axis", 1) && slice.Has("start", i)
                && slice.Has("step", pieces)).All(fits => fits))
            graph.Become(step, LayerKinds.Maxout, [x], ("pieces", pieces));
    }

    // |x|² + |w|² − 2 x·w: LeCun et al. 1998, equation 7.
    private static void RadialBasis(StepGraph graph, ImportStep step)
    {
        if (step.Inputs[0] is not { Kind: ImportKinds.Spread } norms || norms.Inputs[0] is not { Kind: LayerKinds.Linear } sum || sum.Has("bias", true)
            || sum.Inputs[0] is not { Kind: LayerKinds.Multiply } square || square.Inputs[0] is not { } x || square.Inputs[1] != x
            || step.Inputs[1] is not { Kind: LayerKinds.Linear } product || product.Inputs[0] != x || product.Has("bias", true))
            return;
        graph.Take(step, product.Weights[WeightRoles.Weight].numel());
        using var scope = NewDisposeScope();
        var centers = product.Weights[WeightRoles.Weight].Over(2).contiguous();
        if (!IsNear(sum.Weights[WeightRoles.Weight], ones(1, x.Shape[0])) || !IsNear(norms.Weights[WeightRoles.Bias], centers.Squared().sum(1)))
            return;
        step.Weights[WeightRoles.Weight] = centers.MoveToOuterDisposeScope();
        graph.Become(step, LayerKinds.RadialBasis, [x], ("in", x.Shape[0]), ("out", step.Shape[0]));
    }

    // Means over windows of several sizes, as products with the matrices of them on either side.
    private static void AdaptiveMean(StepGraph graph, ImportStep step)
    {
        if (step.Inputs[0] is not { Kind: LayerKinds.Linear } columns || columns.Has("bias", true) || columns.Inputs[0] is not
            {
                Shape: [_, var height,
            var width]
            } x)
            return;
        graph.Take(step, step.Weights[WeightRoles.Weight].numel() + columns.Weights[WeightRoles.Weight].numel());
        using var scope = NewDisposeScope();
        if (IsNear(step.Weights[WeightRoles.Weight], Means(height, step.Shape[1])) && IsNear(columns.Weights[WeightRoles.Weight], Means(width, step.Shape[2])))
        {
            step.Weights.Clear();
            graph.Become(step, LayerKinds.AdaptiveAvgPool2d, [x], ("output", new Size2d(step.Shape[1], step.Shape[2])));
        }
    }

    // Row o has 1/n at the n positions from ⌊o · length / outputs⌋ to ⌈(o + 1) · length / outputs⌉.
    private static Tensor Means(int length, int outputs)
    {
        var means = new float[(long)outputs * length];
        for (var o = 0L; o < outputs; o++)
        {
            var (first, end) = (o * length / outputs, ((o + 1) * length + outputs - 1) / outputs);
            for (var i = first; i < end; i++)
                means[o * length + i] = 1f / (end - first);
        }
        return tensor(means).reshape(outputs, length);
    }

    private static bool IsNear(Tensor one, Tensor other) => one.shape.SequenceEqual(other.shape) && one.allclose(other, Rounding, Rounding);
}
