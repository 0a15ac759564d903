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
}
