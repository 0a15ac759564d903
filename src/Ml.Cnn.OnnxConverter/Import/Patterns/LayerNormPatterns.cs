using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>Layer normalization as means, differences and a root, and over the channels of maps.</summary>
internal static class LayerNormPatterns
{
    public static void Recognize(StepGraph graph)
    {
        foreach (var step in graph.Steps.Where(step => step.Is(ImportKinds.Divide)))
            Normalization(graph, step);
        graph.Sweep();
        foreach (var step in graph.Steps.Where(step => step.Is(LayerKinds.ChannelAffine)))
            TakeIn(graph, step);
        foreach (var step in graph.Steps.Where(step => step.Is(LayerKinds.Permute)))
            OverChannels(graph, step);
        graph.Sweep();
    }

    // (x − mean) / √(mean((x − mean)²) + ε).
    private static void Normalization(StepGraph graph, ImportStep step)
    {
        if (Centered(step.Inputs[0]) is not var (x, axis) || step.Inputs[1] is not { Kind: ImportKinds.SquareRoot } root
            || root.Inputs[0] is not { Kind: LayerKinds.Affine } shifted || !shifted.Has("slope", 1.0) || shifted
                .Get<double>("offset") is not (> 0 and var epsilon)
            || shifted.Inputs[0] is not { Kind: ImportKinds.Mean } variance || !variance.Has("axis", axis) || SquareOf(variance.Inputs[0]) is not { } centered
            || Centered(centered) != (x, axis))
            return;
        var features = x.Shape[axis - 1];
        graph.Take(step, 2L * features);
        if (axis == x.Shape.Length)
            graph.Become(step, LayerKinds.LayerNorm, [x], ("channels", features), ("epsilon", Short(epsilon)));
        else if (axis == 1 && x.Shape.Length == 3)
            graph.Become(step, LayerKinds.LayerNorm2d, [x], ("channels", features), ("epsilon", Short(epsilon)));
        else
            return;
        step.Weights[WeightRoles.Weight] = ones(features);
        step.Weights[WeightRoles.Bias] = zeros(features);
    }

    // The factors and offsets behind a normalization are its own.
    private static void TakeIn(StepGraph graph, ImportStep step)
    {
        var norm = step.Inputs[0];
        var fits = norm.Is(LayerKinds.LayerNorm) ? step.Get<bool>("last") || norm.Shape.Length == 1 : norm.Is(LayerKinds.LayerNorm2d) && !step
            .Get<bool>("last");
        if (!fits || !graph.IsOnlyFor(norm, step))
            return;
        graph.Take(step, 3L * step.Get<int>("channels"));
        if (step.Weights.TryGetValue(WeightRoles.Weight, out var factors))
            (norm.Weights[WeightRoles.Weight], norm.Weights[WeightRoles.Bias]) = (norm.Weights[WeightRoles.Weight] * factors,
                norm.Weights[WeightRoles.Bias] * factors);
        if (step.Weights.TryGetValue(WeightRoles.Bias, out var offsets))
            norm.Weights[WeightRoles.Bias] = norm.Weights[WeightRoles.Bias].Plus(offsets);
        norm.WeightName ??= step.WeightName;
        graph.Replace(step, norm);
    }

    // Pixels first, normalized, channels first again.
    private static void OverChannels(StepGraph graph, ImportStep step)
    {
        if (!ShapePatterns.IsOrder(step, 0, 3, 1, 2) || step.Inputs[0] is not { Kind: LayerKinds.LayerNorm } norm || !graph.IsOnlyFor(norm, step)
            || !ShapePatterns.IsOrder(norm.Inputs[0], 0, 2, 3, 1))
            return;
        foreach (var (role, weight) in norm.Weights)
            step.Weights[role] = weight;
        step.WeightName = norm.WeightName;
        graph.Become(step, LayerKinds.LayerNorm2d, [norm.Inputs[0].Inputs[0]], ("channels", norm.Get<int>("channels")), ("epsilon", norm
            .Get<double>("epsilon")));
    }

    // x and the dimension of its mean, where a step is x less that.
    private static (ImportStep X, int Axis)? Centered(ImportStep step) => step.Is(ImportKinds.Subtract) && step.Inputs[1] is { Kind: ImportKinds.Mean } mean
        && mean.Inputs[0] == step.Inputs[0] ? (step.Inputs[0], mean.Get<int>("axis")) : null;

    private static ImportStep? SquareOf(ImportStep step) => step.Is(ImportKinds.Square) || (step.Is(LayerKinds.Multiply) && step.Inputs[0] == step.Inputs[1])
        ? step.Inputs[0] : null;

    private static double Short(double number) => double.Parse(((float)number).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        System.Globalization.CultureInfo.InvariantCulture);
}
