using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Layer-wise adaptive rate scaling for large batches (You, Gitman and Ginsburg 2017, algorithm 1): SGD with momentum in which each layer's
/// rate is multiplied by 0.001‖w‖ / (‖g‖ + λ‖w‖). Biases and norms (one dimension) are trained as by SGD, as is usual. The buffer is the momentum.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="momentum">From 0 to below 1.</param>
internal sealed class Lars(IEnumerable<ParameterGroup> groups, double momentum) : ParameterOptimizer(groups, buffers: 1)
{
    public const double TrustCoefficient = 0.001;

    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        using Scalar kept = momentum.ToScalar(), decay = weightDecay.ToScalar();
        foreach (var (state, gradient) in trained)
        {
            using var scope = NewDisposeScope();
            var weight = state.Parameter;
            var trust = weight.dim() > 1 ? Trust(weight.norm().Number(), gradient.norm().Number(), weightDecay) : 1;
            if (weightDecay > 0)
                gradient.add_(weight, alpha: decay);
            var velocity = state.Buffers[0];
            using var move = (rate * trust).ToScalar();
            velocity.mul_(kept).add_(gradient, alpha: move);
            weight.sub_(velocity);
        }
    }

    private static double Trust(double weight, double gradient, double weightDecay) =>
        weight > 0 && gradient > 0 ? TrustCoefficient * weight / (gradient + weightDecay * weight) : 1;
}
