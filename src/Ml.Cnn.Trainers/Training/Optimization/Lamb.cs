using Ml.Cnn.Trainers.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// LAMB for large batches (You et al. 2019, algorithm 2): Adam's direction plus the weight decay, scaled in each layer to the length of its
/// weights. Biases and norms (one dimension) take Adam's step as it is. The buffers are the running means of the gradient and of its square.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="settings">β₁, β₂ and ε.</param>
internal sealed class Lamb(IEnumerable<ParameterGroup> groups, OptimizationSettings settings) : ParameterOptimizer(groups, buffers: 2)
{
    private readonly double _beta1 = settings.Beta1!.Value;
    private readonly double _beta2 = settings.Beta2!.Value;
    private readonly double _epsilon = settings.Epsilon!.Value;

    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        foreach (var (state, gradient) in trained)
        {
            using var scope = NewDisposeScope();
            var weight = state.Parameter;
            var (mean, square) = (state.Buffers[0], state.Buffers[1]);
            mean.mul_(_beta1).add_(gradient, alpha: 1 - _beta1);
            square.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
            var deviation = (square / (1 - Math.Pow(_beta2, state.Steps))).sqrt_().add_(_epsilon);
            var direction = (mean / (1 - Math.Pow(_beta1, state.Steps))).div_(deviation);
            if (weightDecay > 0)
                direction.add_(weight, alpha: weightDecay);
            var trust = weight.dim() > 1 ? Trust(weight.norm().ToDouble(), direction.norm().ToDouble()) : 1;
            weight.add_(direction, alpha: -rate * trust);
        }
    }

    private static double Trust(double weight, double direction) => weight > 0 && direction > 0 ? weight / direction : 1;
}
