using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Takes from the gradient of each weight of two or more dimensions its mean over all dimensions but the first, that of the outputs (Yong et al. 2020,
/// equation 1).
/// </summary>
internal static class GradientCentralization
{
    /// <summary>Changes the gradients in place.</summary>
    public static void Apply(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var gradient in parameters.Where(p => p.requires_grad && p.dim() > 1).Select(p => p.grad).OfType<Tensor>())
            gradient.sub_(gradient.mean([.. Enumerable.Range(1, (int)gradient.dim() - 1).Select(dimension => (long)dimension)], keepdim: true));
    }
}
