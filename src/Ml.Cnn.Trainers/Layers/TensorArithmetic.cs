using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Arithmetic of tensors and numbers whose numbers live until libtorch has read them.</summary>
/// <remarks>
/// TorchSharp's operators turn a number into a <see cref="Scalar"/> that nothing refers to any more once libtorch is called: a garbage collection in that
/// moment frees it, and libtorch reads what lies there then. The sum of two tensors has such a number too, its factor 1. What makes one is banned in this
/// library (<c>src/BannedSymbols.txt</c>). Tensors themselves are kept by the caller's dispose scope.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar s_one = 1.ToScalar();

    public static Tensor Plus(this Tensor tensor, Tensor other) => tensor.add(other, alpha: s_one);

    public static Tensor Plus(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.add(scalar, s_one);
    }

    /// <summary>Adds to the tensor itself.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, alpha: s_one);

    public static Tensor Minus(this Tensor tensor, double number) => tensor.Plus(-number);

    public static Tensor Times(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul(scalar);
    }

    /// <summary>Keeps whole numbers whole.</summary>
    public static Tensor Times(this Tensor tensor, long number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul(scalar);
    }

    public static Tensor Over(this Tensor tensor, double number)
    {
        using var scalar = number.ToScalar();
        return tensor.div(scalar);
    }

    public static Tensor Squared(this Tensor tensor) => tensor.mul(tensor);

    public static Tensor ToThe(this Tensor tensor, double exponent)
    {
        using var scalar = exponent.ToScalar();
        return tensor.pow(scalar);
    }

    public static Tensor AtLeast(this Tensor tensor, double least)
    {
        using var scalar = least.ToScalar();
        return tensor.clamp_min(scalar);
    }

    public static Tensor AtMost(this Tensor tensor, double most)
    {
        using var scalar = most.ToScalar();
        return tensor.clamp_max(scalar);
    }

    public static Tensor Between(this Tensor tensor, double least, double most)
    {
        using var from = least.ToScalar();
        using var to = most.ToScalar();
        return tensor.clamp(from, to);
    }

    /// <summary>A tensor of one value, float32 on the CPU unless told otherwise.</summary>
    public static Tensor Filled(ReadOnlySpan<long> shape, double value, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        using var scalar = value.ToScalar();
        return full(shape, scalar, type, device);
    }

    /// <summary>The number that a tensor of one element holds, whatever its type and device.</summary>
    public static double Number(this Tensor tensor)
    {
        using var scalar = tensor.ToScalar();
        return scalar.ToDouble();
    }
}
