using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>The last, class-specific layer of a file's network.</summary>
internal static class Classifier
{
    // What may stand between the last layer and the output.
    private static readonly HashSet<string> s_behind =
    [
        LayerKinds.Flatten, LayerKinds.Reshape, LayerKinds.AdaptiveAvgPool2d, LayerKinds.AvgPool2d, LayerKinds.ReLU, LayerKinds.Dropout, LayerKinds.Affine,
        LayerKinds.Negate, LayerKinds.Permute, LayerKinds.Sigmoid,
    ];

    /// <summary>Finds it: a linear layer, or a convolution of 1 × 1 (Lin et al. 2013, section 3.2).</summary>
    /// <returns>Null where the last layer with weights is neither, or a sum or a concatenation is behind it: the network gives features.</returns>
    public static ImportStep? Find(StepGraph graph)
    {
        var step = graph.Output;
        while (s_behind.Contains(step.Kind))
            step = step.Inputs[0];
        return step.Is(LayerKinds.Linear) || step.Is(LayerKinds.RadialBasis)
            || (step.Is(LayerKinds.Conv2d) && step.Get<Size2d>("kernel") == 1 && step.Get<int>("groups") == 1) ? step : null;
    }

    /// <summary>Takes softmax off the end: training wants what comes before.</summary>
    public static void WithoutSoftmax(StepGraph graph)
    {
        var step = graph.Output;
        while (step.Kind is LayerKinds.Flatten or LayerKinds.Reshape or LayerKinds.Identity)
            step = step.Inputs[0];
        if (step.Is(ImportKinds.Softmax))
            graph.Replace(step, step.Inputs[0]);
        graph.Sweep();
    }

    /// <summary>Puts rows for maps at the end, and means of them where each class or feature has several numbers.</summary>
    public static void MakeRows(StepGraph graph)
    {
        if (graph.Output.Shape is [_, var height, var width] && (height > 1 || width > 1))
        {
            graph.Append(new(null)
            {
                Kind = LayerKinds.AdaptiveAvgPool2d,
                Inputs = [graph.Output],
                Attributes = new() { ["output"] = new Size2d(1, 1) },
            });
        }
        if (graph.Output.Shape.Length != 1 || graph.Output == graph.Source)
            graph.Append(new(null) { Kind = LayerKinds.Flatten, Inputs = [graph.Output] });
    }

    /// <summary>Puts a linear layer behind a network that gives features. Its weights are not among the network's.</summary>
    public static ImportStep Append(StepGraph graph, int classes) => graph.Append(new(null)
    {
        Kind = LayerKinds.Linear,
        Inputs = [graph.Output],
        Attributes = new() { ["in"] = graph.Output.Shape[0], ["out"] = classes, ["bias"] = true },
        WeightName = "head.weight",
    });
}
