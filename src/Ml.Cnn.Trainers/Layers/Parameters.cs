using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Makes the tensors that layers own: on torch's default device, outside any dispose scope that happens to be open.</summary>
internal static class Parameters
{
    /// <summary>A float32 parameter drawn from the uniform distribution over ±<paramref name="bound"/>.</summary>
    public static Parameter Uniform(double bound, params long[] shape)
    {
        using var _ = no_grad();
        return Own(empty(shape, float32).uniform_(-bound, bound));
    }

    /// <summary>A float32 parameter of one value.</summary>
    public static Parameter Constant(float value, params long[] shape) => Own(full(shape, value, float32));

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
}
