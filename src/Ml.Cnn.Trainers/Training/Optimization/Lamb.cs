using Ml.Cnn.Trainers.Layers;
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
        using Scalar keptMean = _beta1.ToScalar(), newMean = (1 - _beta1).ToScalar(), keptSquare = _beta2.ToScalar(), newSquare = (1 - _beta2).ToScalar();
        using Scalar epsilon = _epsilon.ToScalar(), one = 1.ToScalar(), decay = weightDecay.ToScalar();
        foreach (var (state, gradient) in trained)
        {
            using var scope = NewDisposeScope();
            var weight = state.Parameter;
            var (mean, square) = (state.Buffers[0], state.Buffers[1]);
            mean.mul_(keptMean).add_(gradient, alpha: newMean);
            square.mul_(keptSquare).addcmul_(gradient, gradient, newSquare);
            var deviation = square.Over(1 - Math.Pow(_beta2, state.Steps)).sqrt_().add_(epsilon, one);
            var direction = mean.Over(1 - Math.Pow(_beta1, state.Steps)).div_(deviation);
            if (weightDecay > 0)
                direction.add_(weight, alpha: decay);
            var trust = weight.dim() > 1 ? Trust(weight.norm().Number(), direction.norm().Number()) : 1;
            using var move = (-rate * trust).ToScalar();
            weight.add_(direction, alpha: move);
        }
    }

    private static double Trust(double weight, double direction) => weight > 0 && direction > 0 ? weight / direction : 1;
}
