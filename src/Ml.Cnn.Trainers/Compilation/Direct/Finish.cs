using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>What becomes of each number of a result.</summary>
/// <param name="Curve">The function, null where the bounds are all.</param>
/// <param name="Floor">Results are not less: 0 for ReLU.</param>
/// <param name="Ceiling">Nor more: 6 for ReLU6.</param>
internal readonly record struct Finish(string? Curve, float Floor, float Ceiling)
{
    private static readonly HashSet<string> s_curves = [LayerKinds.SiLU, LayerKinds.Sigmoid, LayerKinds.Hardswish, LayerKinds.Hardsigmoid];

    /// <summary>Numbers as they are.</summary>
    public static Finish None { get; } = new(null, float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>An activation's.</summary>
    /// <exception cref="NotSupportedException">The activation is not known here.</exception>
    public static Finish Of(GraphNode? activation) => activation?.Kind switch
    {
        null => None,
        LayerKinds.ReLU => None with { Floor = 0 },
        LayerKinds.ReLU6 => None with { Floor = 0, Ceiling = 6 },
        var kind when s_curves.Contains(kind) => None with { Curve = kind },
        var kind => throw new NotSupportedException($"the activation {activation.Name} is of the kind '{kind}'"),
    };
}
