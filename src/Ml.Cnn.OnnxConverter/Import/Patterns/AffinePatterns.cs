using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Patterns;

/// <summary>Factors and offsets that follow one another become one step, and offsets behind a convolution or a linear layer its own.</summary>
internal static class AffinePatterns
{
    /// <summary>Brings factors and offsets together.</summary>
    public static void Merge(StepGraph graph)
    {
        foreach (var step in graph.Steps)
        {
            if (step.Is(LayerKinds.Affine))
                MergeNumbers(graph, step);
            else if (step.Is(LayerKinds.ChannelAffine))
                MergeChannels(graph, step);
        }
        graph.Sweep();
    }

    /// <summary>Takes offsets into the layers before them, and names factors of channels what the library calls them.</summary>
    public static void TakeIn(StepGraph graph)
    {
        foreach (var step in graph.Steps.Where(step => step.Is(LayerKinds.ChannelAffine)))
        {
            var before = step.Inputs[0];
            var isRow = before.Shape.Length == 1;
            var fits = before.Is(LayerKinds.Conv2d) ? !step.Get<bool>("last") || isRow : before.Is(LayerKinds.Linear) && (step.Get<bool>("last") || isRow);
            if (fits && !step.Get<bool>("weight") && !before.Weights.ContainsKey(WeightRoles.Bias) && graph.IsOnlyFor(before, step))
            {
                before.Weights[WeightRoles.Bias] = step.Weights[WeightRoles.Bias];
                before.Attributes["bias"] = true;
                graph.Replace(step, before);
            }
            else if (!step.Get<bool>("bias") && !step.Get<bool>("last") && before.Shape.Length == 3)
            {
                var channels = step.Get<int>("channels");
                step.Weights[WeightRoles.Weight] = step.Weights[WeightRoles.Weight].reshape(channels, 1, 1);
                graph.Become(step, LayerKinds.LayerScale, [before], ("channels", channels));
            }
        }
        graph.Sweep();
    }

    private static void MergeNumbers(StepGraph graph, ImportStep step)
    {
        var (slope, offset) = (step.Get<double>("slope"), step.Get<double>("offset"));
        if (step.Inputs[0] is { Kind: LayerKinds.Affine } before && graph.IsOnlyFor(before, step))
        {
            offset += slope * before.Get<double>("offset");
            slope *= before.Get<double>("slope");
            if (double.IsFinite(slope) && double.IsFinite(offset))
                graph.Become(step, LayerKinds.Affine, [before.Inputs[0]], ("slope", slope), ("offset", offset));
        }
        if (step.Has("slope", 1.0) && step.Has("offset", 0.0))
            graph.Replace(step, step.Inputs[0]);
    }

    // (w x + b) w' + b' = w w' x + (b w' + b').
    private static void MergeChannels(StepGraph graph, ImportStep step)
    {
        if (step.Inputs[0] is not { Kind: LayerKinds.ChannelAffine } before || !graph.IsOnlyFor(before, step)
            || !before.Has("last", step.Get<bool>("last")))
            return;
        graph.Take(step, 3L * step.Get<int>("channels"));
        var (weight, bias) = (before.Weights.GetValueOrDefault(WeightRoles.Weight), before.Weights.GetValueOrDefault(WeightRoles.Bias));
        if (step.Weights.TryGetValue(WeightRoles.Weight, out var factors))
            (weight, bias) = (weight is null ? factors : weight * factors, bias is null ? null : bias * factors);
        if (step.Weights.TryGetValue(WeightRoles.Bias, out var offsets))
            bias = bias is null ? offsets : bias.Plus(offsets);
        step.Weights.Clear();
        foreach (var (role, tensor) in ((string, Tensor?)[])[(WeightRoles.Weight, weight), (WeightRoles.Bias, bias)])
        {
            if (tensor is not null)
                step.Weights[role] = tensor;
        }
        step.WeightName = before.WeightName ?? step.WeightName;
        graph.Become(step, LayerKinds.ChannelAffine, [before.Inputs[0]], ("channels", step.Get<int>("channels")), ("weight", weight is not null),
            ("bias", bias is not null), ("last", step.Get<bool>("last")));
    }
}
