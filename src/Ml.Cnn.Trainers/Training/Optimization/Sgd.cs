using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch has it: v ← μv + g + λw, w ← w − ηv, or with Nesterov's look ahead
/// (Sutskever et al. 2013, section 2) w ← w − η(g + λw + μv). The buffer is v.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="momentum">μ, from 0 to below 1.</param>
/// <param name="nesterov">Whether to look ahead.</param>
internal sealed class Sgd(IEnumerable<ParameterGroup> groups, double momentum, bool nesterov) : ParameterOptimizer(groups, momentum > 0 ? 1 : 0)
{
    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        foreach (var (state, gradient) in trained)
        {
            var weight = state.Parameter;
            if (weightDecay > 0)
                gradient.add_(weight, alpha: weightDecay);
            if (momentum == 0)
            {
                weight.add_(gradient, alpha: -rate);
                continue;
            }
            var velocity = state.Buffers[0];
            velocity.mul_(momentum).add_(gradient);
            if (nesterov)
                weight.add_(gradient, alpha: -rate).add_(velocity, alpha: -rate * momentum);
            else
                weight.add_(velocity, alpha: -rate);
        }
    }
}
