using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// RMSProp (Tieleman and Hinton 2012, lecture 6.5) with momentum: s ← ρs + (1 − ρ)g², v ← μv + g / (√s + ε), w ← w − ηv. Decay and ε are those
/// of the MobileNets and EfficientNets (Tan and Le 2019, section 5.2: decay 0.9). The buffers are s and v.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="momentum">μ, from 0 to below 1.</param>
internal sealed class RmsProp(IEnumerable<ParameterGroup> groups, double momentum) : ParameterOptimizer(groups, momentum > 0 ? 2 : 1)
{
    public const double Decay = 0.9;
    public const double Epsilon = 1e-3;

    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        foreach (var (state, gradient) in trained)
        {
            if (weightDecay > 0)
                gradient.add_(state.Parameter, alpha: weightDecay);
            var squares = state.Buffers[0];
            squares.mul_(Decay).addcmul_(gradient, gradient, 1 - Decay);
            using var deviation = squares.sqrt().add_(Epsilon);
            if (momentum == 0)
            {
                state.Parameter.addcdiv_(gradient, deviation, -rate);
                continue;
            }
            var velocity = state.Buffers[1];
            velocity.mul_(momentum).addcdiv_(gradient, deviation, 1);
            state.Parameter.add_(velocity, alpha: -rate);
        }
    }
}
