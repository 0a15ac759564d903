using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Moves parameters against their gradients. Its memory is open, so that training can be taken up again where it stopped.</summary>
internal abstract class ParameterOptimizer : IDisposable
{
    private readonly (ParameterGroup Group, ParameterState[] States)[] _groups;

    /// <param name="groups">Where they are trained already: moving or rearranging them afterwards would leave the memory behind.</param>
    /// <param name="buffers">Tensors kept for each parameter.</param>
    protected ParameterOptimizer(IEnumerable<ParameterGroup> groups, int buffers) =>
        _groups = [.. groups.Select(group => (group, group.Parameters.Select(p => new ParameterState(p, buffers)).ToArray()))];

    /// <summary>What is remembered, in the order of the groups and their parameters.</summary>
    public IEnumerable<ParameterState> States => _groups.SelectMany(g => g.States);

    /// <summary>Moves every parameter that has a gradient.</summary>
    /// <param name="learningRate">Before the groups' factors.</param>
    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        foreach (var (group, states) in _groups)
        {
            using var scope = NewDisposeScope();
            var trained = new List<(ParameterState, Tensor)>(states.Length);
            foreach (var state in states)
            {
                if (!state.Parameter.requires_grad || state.Gradient.Gradient is not { } gradient)
                    continue;
                state.Steps++;
                trained.Add((state, gradient));
            }
            if (trained.Count > 0)
                Update(trained, learningRate * group.RateFactor, group.WeightDecay);
        }
    }

    /// <summary>Forgets the gradients, before those of the next move are summed.</summary>
    public void ZeroGradients()
    {
        using var noGradient = no_grad();
        foreach (var state in States)
            state.Gradient.Clear();
    }

    public void Dispose()
    {
        foreach (var state in States)
            state.Dispose();
    }

    /// <summary>Moves the parameters of a group. What it allocates is freed by the caller.</summary>
    /// <param name="trained">The parameters' memory, and their gradients, which may be overwritten.</param>
    /// <param name="rate">The group's learning rate.</param>
    /// <param name="weightDecay">The group's.</param>
    protected abstract void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay);
}
