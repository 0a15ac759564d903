using Ml.Cnn.Trainers.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// RMSProp (Tieleman and Hinton 2012, lecture 6.5) with momentum: s ← αs + (1 − α)g², v ← μv + g / (√s + ε), w ← w − ηv. The buffers are
/// s and v.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="settings">μ, α and ε.</param>
internal sealed class RmsProp(IEnumerable<ParameterGroup> groups, OptimizationSettings settings)
    : ParameterOptimizer(groups, settings.Momentum > 0 ? 2 : 1)
{
    private readonly double _momentum = settings.Momentum;
    private readonly double _alpha = settings.Alpha!.Value;
    private readonly double _epsilon = settings.Epsilon!.Value;

    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        using Scalar keptSquares = _alpha.ToScalar(), newSquares = (1 - _alpha).ToScalar(), epsilon = _epsilon.ToScalar(), kept = _momentum.ToScalar();
        using Scalar one = 1.ToScalar(), decay = weightDecay.ToScalar(), move = (-rate).ToScalar();
        foreach (var (state, gradient) in trained)
        {
            using var scope = NewDisposeScope();
            if (weightDecay > 0)
                gradient.add_(state.Parameter, alpha: decay);
            var squares = state.Buffers[0];
            squares.mul_(keptSquares).addcmul_(gradient, gradient, newSquares);
            var deviation = squares.sqrt().add_(epsilon, one);
            if (_momentum == 0)
            {
                state.Parameter.addcdiv_(gradient, deviation, move);
                continue;
            }
            var velocity = state.Buffers[1];
            velocity.mul_(kept).addcdiv_(gradient, deviation, one);
            state.Parameter.add_(velocity, alpha: move);
        }
    }
}
