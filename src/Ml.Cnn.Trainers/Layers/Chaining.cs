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

    /// <summary>Applies batch normalization and the activation behind it to a tensor, and disposes the tensor: see <see cref="Call"/>.</summary>
    internal static Tensor Apply(this Tensor tensor, Module<Tensor, Tensor> norm, Module<Tensor, Tensor> activation)
    {
        using (tensor)
            return Call(norm, activation, tensor);
    }

    /// <summary>
    /// Batch normalization and the activation behind it: one operation while training, where that is faster and nobody looks at what lies between the two.
    /// </summary>
    internal static Tensor Call(Module<Tensor, Tensor> norm, Module<Tensor, Tensor> activation, Tensor input) =>
        AsOne(norm, activation, input) ?? norm.call(input).Apply(activation);

    /// <summary>Two modules as one operation; null where they are not batch normalization and an activation, or had better be called one by one.</summary>
    internal static Tensor? AsOne(Module<Tensor, Tensor> norm, Module<Tensor, Tensor> activation, Tensor input) =>
        norm is BatchNorm2d batchNorm && activation is Layer layer && batchNorm.IsOneWith(layer, input) ? batchNorm.With(layer, input) : null;
}
