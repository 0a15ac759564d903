using Ml.Cnn.Trainers.Architectures.Described;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>What is left when all patterns were looked for: only layers of the library may be.</summary>
internal static class Leftovers
{
    /// <exception cref="OnnxFormatException">Something is left that no layer does; the message names its node.</exception>
    public static void Check(StepGraph graph)
    {
        foreach (var step in graph.Steps.Skip(1))
        {
            if (!DescribedLayers.Kinds.Contains(step.Kind))
                throw step.Wrong(step.Is(ImportKinds.Softmax) ? "is softmax before the end of the network, which the library has no layer for"
                    : "is none of the operators that the library has a layer for, and not a part of one");
            // Elsewhere, numbers of one value may be spread over those of another.
            if (step.Is(LayerKinds.Add) && step.Inputs.Any(input => !input.Shape.SequenceEqual(step.Shape)))
                throw step.Wrong($"adds values of other shapes: {string.Join(" and ", step.Inputs.Select(input => string.Join(" × ", input.Shape)))}");
            if (step.Is(LayerKinds.Multiply) && step.Inputs[0] is var first && !first.Shape.SequenceEqual(step.Shape))
            {
                if (!step.Inputs[1].Shape.SequenceEqual(step.Shape))
                    throw step.Wrong($"multiplies values of the shapes {string.Join(" and ", step.Inputs.Select(input => string.Join(" × ", input.Shape)))}");
                step.Inputs.Reverse(); // the larger one first
            }
        }
    }
}
