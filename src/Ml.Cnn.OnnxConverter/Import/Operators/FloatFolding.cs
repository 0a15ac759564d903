using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>Constants with a point that are computed of others.</summary>
internal static class FloatFolding
{
    public static FloatConstant One(Lowering graph, OnnxNode node, Tensor constant, Func<Tensor, Tensor> compute)
    {
        graph.Budget.Take(node, constant.numel() * sizeof(float));
        return Computed(node, () => compute(constant));
    }

    /// <exception cref="OnnxFormatException">The shapes do not go together, or the result takes too much memory.</exception>
    public static FloatConstant Two(Lowering graph, OnnxNode node, Tensor one, Tensor other, Func<Tensor, Tensor, Tensor> compute)
    {
        // Each may be spread along the other's dimensions.
        var numbers = 1L;
        for (var i = 1; i <= Math.Max(one.dim(), other.dim()); i++)
        {
            var length = Math.Max(i <= one.dim() ? one.shape[^i] : 1, i <= other.dim() ? other.shape[^i] : 1);
            numbers = numbers > long.MaxValue / Math.Max(1, length) ? long.MaxValue / sizeof(float) : numbers * length;
        }
        graph.Budget.Take(node, Math.Min(numbers, long.MaxValue / sizeof(float) / 2) * sizeof(float));
        return Computed(node, () => compute(one, other));
    }

    /// <summary>A constant in another shape, or a part of it.</summary>
    public static FloatConstant Of(Lowering graph, OnnxNode node, IReadOnlyList<Tensor> constants, Func<Tensor> compute)
    {
        graph.Budget.Take(node, constants.Sum(constant => constant.numel()) * sizeof(float));
        return Computed(node, compute);
    }

    private static FloatConstant Computed(OnnxNode node, Func<Tensor> compute)
    {
        try
        {
            return new(null, compute());
        }
        catch (Exception e) when (e is System.Runtime.InteropServices.ExternalException or ArgumentException or IndexOutOfRangeException)
        {
            throw new OnnxFormatException(node.Wrong("cannot be computed of its constants").Message, e);
        }
    }
}
