using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>Changes of shape and order: the shuffle of channels, rows of maps, and what comes to nothing.</summary>
internal static class ShapePatterns
{
    public static void Recognize(StepGraph graph)
    {
        foreach (var step in graph.Steps)
        {
            switch (step.Kind)
            {
                case LayerKinds.Permute:
                    MergeOrders(graph, step);
                    break;
                case LayerKinds.Reshape:
                    Shuffle(graph, step);
                    MergeShapes(graph, step);
                    break;
                case LayerKinds.Flatten when step.Inputs[0].Shape.Length == 1:
                    graph.Replace(step, step.Inputs[0]);
                    break;
                case LayerKinds.Identity:
                    graph.Replace(step, step.Inputs[0]);
                    break;
            }
        }
        graph.Sweep();
        foreach (var step in graph.Steps.Where(step => step.Is(LayerKinds.Flatten)))
            MeansOfAnySize(graph, step);
        graph.Sweep();
    }

    /// <summary>Whether a step brings dimensions to an order.</summary>
    public static bool IsOrder(ImportStep step, params int[] order) => step.Is(LayerKinds.Permute) && step.Get<IReadOnlyList<int>>("dimensions")
        .SequenceEqual(order);

    private static void MergeOrders(StepGraph graph, ImportStep step)
    {
        var order = step.Get<IReadOnlyList<int>>("dimensions");
        if (step.Inputs[0] is { Kind: LayerKinds.Permute } before)
        {
            var first = before.Get<IReadOnlyList<int>>("dimensions");
            order = [.. order.Select(dimension => first[dimension])];
            graph.Become(step, LayerKinds.Permute, [before.Inputs[0]], ("dimensions", order));
        }
        if (order.SequenceEqual(Enumerable.Range(0, order.Count)))
            graph.Replace(step, step.Inputs[0]);
    }

    // Groups × channels of each, turned around: Zhang et al. 2017, section 3.1.
    private static void Shuffle(StepGraph graph, ImportStep step)
    {
        if (step.Shape is [var channels, var height, var width] && IsOrder(step.Inputs[0], 0, 2, 1, 3, 4)
            && step.Inputs[0].Inputs[0] is { Kind: LayerKinds.Reshape, Shape: [var groups, var each, _, _] } split
            && split.Inputs[0].Shape.SequenceEqual(step.Shape) && split.Shape.SequenceEqual([groups, each, height, width]) && groups * (long)each == channels)
            graph.Become(step, LayerKinds.ChannelShuffle, [split.Inputs[0]], ("groups", groups));
    }

    private static void MergeShapes(StepGraph graph, ImportStep step)
    {
        if (!step.Is(LayerKinds.Reshape))
            return;
        if (step.Inputs[0] is { Kind: LayerKinds.Reshape or LayerKinds.Flatten } before)
            graph.Become(step, LayerKinds.Reshape, [before.Inputs[0]], ("shape", (IReadOnlyList<int>)step.Shape));
        if (step.Shape.SequenceEqual(step.Inputs[0].Shape))
            graph.Replace(step, step.Inputs[0]);
        else if (step.Shape.Length == 1)
            graph.Become(step, LayerKinds.Flatten, [step.Inputs[0]]);
    }

    // Means over windows side by side, before rows of a fixed length: as many means of maps of any size. Exporters write networks for one.
    private static void MeansOfAnySize(StepGraph graph, ImportStep step)
    {
        if (step.Inputs[0] is { Kind: LayerKinds.AvgPool2d } pool && graph.IsOnlyFor(pool, step) && pool.Get<Size2d>("padding") == 0
            && pool.Get<Size2d>("kernel") is var kernel && kernel == pool.Get<Size2d>("stride") && pool.Inputs[0].Shape is [_, var height, var width]
            && pool.Shape is [_, var rows, var columns] && rows * kernel.Height == height && columns * kernel.Width == width)
            graph.Become(pool, LayerKinds.AdaptiveAvgPool2d, [pool.Inputs[0]], ("output", new Size2d(rows, columns)));
    }
}
