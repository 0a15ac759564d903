using Ml.Cnn.OnnxConverter.Import.Patterns;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>Which sizes of images a file's network can take beside the file's own.</summary>
internal static class ImageSizes
{
    /// <summary>The smallest height and width, no larger than the file's own.</summary>
    public static int Smallest(StepGraph graph)
    {
        var (lowest, highest) = (1, Math.Min(graph.Source.Shape[1], graph.Source.Shape[2]));
        if (!Fits(graph, highest)) // of another shape than the file's own
            return highest;
        while (lowest < highest)
        {
            var middle = (lowest + highest) / 2;
            if (Fits(graph, middle))
                highest = middle;
            else
                lowest = middle + 1;
        }
        return highest;
    }

    private static bool Fits(StepGraph graph, int size)
    {
        var shapes = new Dictionary<ImportStep, int[]> { [graph.Source] = [graph.Source.Shape[0], size, size] };
        foreach (var step in graph.Steps.Skip(1))
        {
            if (ShapeRules.Of(step, [.. step.Inputs.Select(input => shapes[input])]) is not { } shape)
                return false;
            shapes[step] = shape;
        }
        return shapes[graph.Output].SequenceEqual(graph.Output.Shape);
    }
}
