using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>Activations that exporters write as several operators.</summary>
internal static class ActivationPatterns
{
    private const double Rounding = 1e-5; // of numbers that files hold as float32

    public static void Recognize(StepGraph graph)
    {
        foreach (var step in graph.Steps)
        {
            switch (step.Kind)
            {
                case LayerKinds.Affine:
                    Hardsigmoid(graph, step);
                    HalvedHardswish(graph, step);
                    HalvedGelu(graph, step);
                    ScaledTanh(graph, step);
                    break;
                case LayerKinds.Clip when step.Has("minimum", 0.0) && step.Has("maximum", 1.0):
                    ShiftedHardsigmoid(graph, step);
                    break;
                case LayerKinds.Multiply:
                    if (!Gated(graph, step))
                        Gelu(graph, step);
                    break;
            }
        }
        graph.Sweep();
    }

    /// <summary>The value that an affine step of these numbers takes; null for another step.</summary>
    public static ImportStep? Affine(ImportStep step, double slope, double offset) => step.Is(LayerKinds.Affine)
        && Math.Abs(step.Get<double>("slope") - slope) < Rounding * Math.Max(1, Math.Abs(slope))
        && Math.Abs(step.Get<double>("offset") - offset) < Rounding * Math.Max(1, Math.Abs(offset)) ? step.Inputs[0] : null;

    // min(max(0, x + 3), 6) / 6.
    private static void Hardsigmoid(StepGraph graph, ImportStep step)
    {
        if (Affine(step, 1.0 / 6, 0) is { Kind: LayerKinds.ReLU6 } clipped && Affine(clipped.Inputs[0], 1, 3) is { } x)
            graph.Become(step, LayerKinds.Hardsigmoid, [x]);
    }

    // min(max(0, x / 6 + 1/2), 1).
    private static void ShiftedHardsigmoid(StepGraph graph, ImportStep step)
    {
        if (Affine(step.Inputs[0], 1.0 / 6, 0.5) is { } x)
            graph.Become(step, LayerKinds.Hardsigmoid, [x]);
    }

    // x · min(max(0, x + 3), 6) / 6.
    private static void HalvedHardswish(StepGraph graph, ImportStep step)
    {
        if (Affine(step, 1.0 / 6, 0) is { Kind: LayerKinds.Multiply } product && Factor(product, LayerKinds.ReLU6) is var (x, clipped)
            && Affine(clipped.Inputs[0], 1, 3) == x)
            graph.Become(step, LayerKinds.Hardswish, [x]);
    }

    // x · sigmoid(x), x · hardsigmoid(x).
    private static bool Gated(StepGraph graph, ImportStep step)
    {
        if (Factor(step, LayerKinds.Sigmoid) is var (x, gate) && gate.Inputs[0] == x)
            graph.Become(step, LayerKinds.SiLU, [x]);
        else if (Factor(step, LayerKinds.Hardsigmoid) is var (y, hard) && hard.Inputs[0] == y)
            graph.Become(step, LayerKinds.Hardswish, [y]);
        else
            return false;
        return true;
    }

    // x · (1 + erf(x / √2)) / 2, the half in either factor.
    private static void Gelu(StepGraph graph, ImportStep step)
    {
        if (GeluOf(step, 0.5) is { } x)
            graph.Become(step, LayerKinds.GELU, [x]);
    }

    // The half behind the product.
    private static void HalvedGelu(StepGraph graph, ImportStep step)
    {
        if (Affine(step, 0.5, 0) is { Kind: LayerKinds.Multiply } product && GeluOf(product, 1) is { } x)
            graph.Become(step, LayerKinds.GELU, [x]);
    }

    // x where a product is share · x · (1 + erf(x / √2)).
    private static ImportStep? GeluOf(ImportStep product, double share)
    {
        foreach (var (one, other) in ((ImportStep, ImportStep)[])[(product.Inputs[0], product.Inputs[1]), (product.Inputs[1], product.Inputs[0])])
        {
            foreach (var (ofX, ofErf) in ((double, double)[])[(1, share), (share, 1)])
            {
                if (Affine(other, ofErf, ofErf) is { Kind: ImportKinds.Erf } erf && Affine(erf.Inputs[0], Math.Sqrt(0.5), 0) is { } x
                    && (ofX == 1 ? one : Affine(one, ofX, 0)) == x)
                    return x;
            }
        }
        return null;
    }

    // A · tanh(S · x).
    private static void ScaledTanh(StepGraph graph, ImportStep step)
    {
        if (step.Has("offset", 0.0) && step.Inputs[0] is { Kind: LayerKinds.Tanh } tanh && tanh.Inputs[0] is { Kind: LayerKinds.Affine } scaled
            && scaled.Has("offset", 0.0) && !scaled.Has("slope", 0.0) && !step.Has("slope", 0.0) && graph.IsOnlyFor(tanh, step))
            graph.Become(step, LayerKinds.ScaledTanh, [scaled.Inputs[0]], ("amplitude", step.Get<double>("slope")), ("slope", scaled.Get<double>("slope")));
    }

    // A product's factor of a kind, and the other one.
    private static (ImportStep Other, ImportStep Factor)? Factor(ImportStep product, string kind) => product.Inputs is not [var one, var other] ? null
        : other.Is(kind) ? (one, other)
        : one.Is(kind) ? (other, one)
        : null;
}
