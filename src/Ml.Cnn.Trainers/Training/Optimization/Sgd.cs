using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

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
        if (momentum == 0)
        {
            MoveByOperations(trained, rate, weightDecay);
            return;
        }
        var inPieces = trained.ToLookup(t => TensorPieces.Suits(t.State.Parameter, t.Gradient, t.State.Buffers[0]));
        TensorPieces.Run(inPieces[true].Select(t => ((Tensor)t.State.Parameter, t.Gradient, t.State.Buffers[0])),
            (weight, gradient, velocity) => Move(weight, gradient, velocity, (float)rate, (float)weightDecay));
        MoveByOperations(inPieces[false], rate, weightDecay);
    }

    private void Move(Span<float> weight, Span<float> gradient, Span<float> velocity, float rate, float weightDecay)
    {
        if (weightDecay > 0)
            TensorPrimitives.FusedMultiplyAdd(weight, weightDecay, gradient, gradient);
        TensorPrimitives.Multiply(velocity, (float)momentum, velocity);
        TensorPrimitives.Add(velocity, gradient, velocity);
        if (nesterov)
            TensorPrimitives.FusedMultiplyAdd(gradient, -rate, weight, weight);
        TensorPrimitives.FusedMultiplyAdd(velocity, nesterov ? -rate * (float)momentum : -rate, weight, weight);
    }

    // On a GPU, and where tensors lie in memory each in its own way.
    private void MoveByOperations(IEnumerable<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        using Scalar decay = weightDecay.ToScalar(), keep = momentum.ToScalar(), one = 1.ToScalar(), move = (-rate).ToScalar();
        using var moveAhead = (-rate * momentum).ToScalar();
        foreach (var (state, gradient) in trained)
        {
            var weight = state.Parameter;
            if (weightDecay > 0)
                gradient.add_(weight, alpha: decay);
            if (momentum == 0)
            {
                weight.add_(gradient, alpha: move);
                continue;
            }
            var velocity = state.Buffers[0];
            velocity.mul_(keep).add_(gradient, alpha: one);
            if (nesterov)
                weight.add_(gradient, alpha: move).add_(velocity, alpha: moveAhead);
            else
                weight.add_(velocity, alpha: move);
        }
    }
}
