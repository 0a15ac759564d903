using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A layer whose arithmetic may be coarser than its weights: matrix products in bfloat16 with float32 weights beside them.</summary>
internal interface IComputesIn
{
    /// <summary>The type of the operands; null: that of the weights.</summary>
    ScalarType? ComputeType { get; set; }
}

/// <summary>The one place where operands are cast.</summary>
internal static class ComputesIn
{
    /// <summary>Applies an operation to an input and weights of the layer's type.</summary>
    public static Tensor Apply(this IComputesIn layer, Tensor input, Parameter weight, Parameter? bias, Func<Tensor, Tensor, Tensor?, Tensor> operation)
    {
        var type = layer.ComputeType ?? weight.dtype;
        if (input.dtype == type && weight.dtype == type)
            return operation(input, weight, bias);
        // Autograd casts the gradients back: the weights and their gradients stay as precise as they are stored.
        using var convertedInput = input.to(type);
        using var convertedWeight = CastWeight.Of(weight, type);
        using var convertedBias = bias?.to(type);
        return operation(convertedInput, convertedWeight, convertedBias);
    }
}
