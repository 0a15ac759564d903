using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The filters or the matrix of an operation and its bias, with the batch normalization behind it taken in.</summary>
/// <remarks>
/// γ (W x + b − μ) / √(σ² + ε) + β = W' x + b' with W' = W γ / √(σ² + ε) and b' = β + (b − μ) γ / √(σ² + ε). Computed in float64, so that
/// float32's rounding comes once.
/// </remarks>
internal static class FoldedWeights
{
    /// <summary>W' in float32; the layer's own shape, for a convolution over a connection table with zeros where there is no connection.</summary>
    public static Tensor Weight(FusedOperation operation)
    {
        using var scope = NewDisposeScope();
        var layer = operation.Node.Description!;
        var weight = layer.Kind == LayerKinds.ConnectionTableConv2d ? ConnectedFilters(layer) : layer.Weight(WeightRoles.Weight)!.detach();
        if (operation.Norm?.Description is not { } norm)
            return weight.to(float32).MoveToOuterDisposeScope();
        var shape = new long[weight.dim()];
        Array.Fill(shape, 1);
        shape[0] = -1;
        return (weight.to(float64) * Gain(norm).view(shape)).to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>b' in float32; null for an operation that adds nothing.</summary>
    public static Tensor? Bias(FusedOperation operation)
    {
        using var scope = NewDisposeScope();
        var bias = operation.Node.Description!.Weight(WeightRoles.Bias)?.detach();
        if (operation.Norm?.Description is not { } norm)
            return bias?.to(float32).MoveToOuterDisposeScope();
        var shift = -norm.Weight(WeightRoles.RunningMean)!.detach().to(float64);
        if (bias is not null)
            shift = shift.Plus(bias.to(float64));
        return (norm.Weight(WeightRoles.Bias)!.detach().to(float64).Plus(shift * Gain(norm))).to(float32).MoveToOuterDisposeScope();
    }

    /// <summary>Whether <see cref="Bias"/> gives one.</summary>
    public static bool HasBias(FusedOperation operation) => operation.Norm is not null || operation.Node.Description!.Weight(WeightRoles.Bias) is not null;

    // γ / √(σ² + ε)
    private static Tensor Gain(LayerDescription norm) =>
        norm.Weight(WeightRoles.Weight)!.detach().to(float64)
            / norm.Weight(WeightRoles.RunningVariance)!.to(float64).Plus(norm.Get<double>(LayerAttributes.Epsilon)).sqrt();

    private static Tensor ConnectedFilters(LayerDescription layer)
    {
        var (table, inChannels) = (layer.Get<IReadOnlyList<IReadOnlyList<int>>>(LayerAttributes.Table), layer.Get<int>(LayerAttributes.InChannels));
        var positions = ConnectionTableConv2d.Positions(table, inChannels);
        return ConnectionTableConv2d.Filters(layer.Weight(WeightRoles.Weight)!.detach(), positions, table.Count, inChannels);
    }
}
