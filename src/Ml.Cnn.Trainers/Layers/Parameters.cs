using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Makes the tensors that layers own: outside any dispose scope that happens to be open.</summary>
internal static class Parameters
{
    [ThreadStatic]
    private static Device? s_device; // null: torch's default device

    /// <summary>Until the result is disposed, what the calling thread makes lies on this device.</summary>
    /// <param name="device">The meta device makes a network of any size at once: its tensors have a shape and no values.</param>
    public static IDisposable On(Device device)
    {
        var outer = s_device;
        s_device = device;
        return new Reset(outer);
    }

    /// <summary>A float32 parameter drawn from the uniform distribution over ±<paramref name="bound"/>.</summary>
    public static Parameter Uniform(double bound, params long[] shape)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Own(empty(shape, float32, s_device).uniform_(-bound, bound));
    }

    /// <summary>A float32 parameter of one value.</summary>
    public static Parameter Constant(float value, params long[] shape) => Own(TensorArithmetic.Filled(shape, value, float32, s_device));

    /// <summary>A tensor of one value that is kept with the parameters and not trained.</summary>
    public static Tensor Buffer(double value, ScalarType type, params long[] shape) =>
        TensorArithmetic.Filled(shape, value, type, s_device).DetachFromDisposeScope();

    /// <summary>
    /// PyTorch's bound for weights and biases: kaiming_uniform with a = √5 comes to ±1/√fan_in (He et al. 2015, §2.2,
    /// with the gain √(2 / (1 + a²))).
    /// </summary>
    public static double Bound(long fanIn) => 1 / Math.Sqrt(fanIn);

    private static Parameter Own(Tensor data)
    {
        var parameter = new Parameter(data);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private sealed class Reset(Device? outer) : IDisposable
    {
        public void Dispose() => s_device = outer;
    }
}
