using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Keeps gradients from growing too long, before the optimizer sees them.</summary>
/// <param name="norm">The longest that all gradients together may be (Pascanu et al. 2012, algorithm 1); null: no limit.</param>
/// <param name="value">The largest that any number of them may be; null: no limit. Clipped before the norm is taken.</param>
internal sealed class GradientClipping(double? norm, double? value)
{
    // As in PyTorch's clip_grad_norm_: a norm of 0 divides nothing by 0.
    private const double Epsilon = 1e-6;

    /// <summary>Changes the gradients in place, without waiting for the device.</summary>
    public void Apply(IEnumerable<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor[] gradients = [.. parameters.Where(p => p.requires_grad).Select(p => p.grad).OfType<Tensor>()];
        if (value is { } largest)
        {
            using Scalar least = (-largest).ToScalar(), most = largest.ToScalar();
            foreach (var gradient in gradients)
                gradient.clamp_(least, most);
        }
        if (norm is not { } longest || gradients.Length == 0)
            return;
        var factor = GradientLength.Of(gradients).Plus(Epsilon).reciprocal().Times(longest).AtMost(1);
        foreach (var gradient in gradients)
            gradient.mul_(factor.to(gradient.device));
    }
}
