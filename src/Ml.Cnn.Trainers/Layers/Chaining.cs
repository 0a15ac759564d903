using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Lets a forward pass read from left to right without holding on to what it has used up.</summary>
[Experimental(ExperimentalApi.Layers)]
public static class Chaining
{
    /// <summary>Applies <paramref name="next"/> to a tensor and disposes the tensor: <c>conv1.call(images).Apply(bn1).Apply(relu)</c>.</summary>
    /// <param name="tensor">A tensor that nothing else needs; autograd keeps what the backward pass wants of it.</param>
    /// <param name="next">The layer or block to apply.</param>
    /// <returns>What <paramref name="next"/> made of it.</returns>
    public static Tensor Apply(this Tensor tensor, Module<Tensor, Tensor> next)
    {
        using (tensor)
            return next.call(tensor);
    }

    /// <summary>
    /// Applies batch normalization and the activation behind it to a tensor, and disposes the tensor. While training, and where nobody looks at what lies
    /// between them, the two are one operation.
    /// </summary>
    internal static Tensor Apply(this Tensor tensor, Module<Tensor, Tensor> norm, Module<Tensor, Tensor> activation)
    {
        using (tensor)
            return Both(norm, activation, tensor) ?? norm.call(tensor).Apply(activation);
    }

    /// <summary>Two modules as one operation; null where they are not batch normalization and an activation, or had better be called one by one.</summary>
    internal static Tensor? Both(Module<Tensor, Tensor> norm, Module<Tensor, Tensor> activation, Tensor input) =>
        norm is BatchNorm2d batchNorm && activation is Layer layer ? batchNorm.With(layer, input) : null;
}
