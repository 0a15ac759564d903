using Ml.Cnn.Trainers.Settings;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Adam (Kingma and Ba 2014, algorithm 1), the weight decay in the gradient; or AdamW (Loshchilov and Hutter 2017, algorithm 2), the decay
/// apart from it. The buffers are the running means of the gradient and of its square.
/// </summary>
/// <param name="groups">The parameters.</param>
/// <param name="settings">β₁, β₂ and ε.</param>
/// <param name="isDecoupled">AdamW.</param>
internal sealed class Adam(IEnumerable<ParameterGroup> groups, OptimizationSettings settings, bool isDecoupled) : ParameterOptimizer(groups, buffers: 2)
{
    private readonly (double Beta1, double Beta2, double Epsilon) _constants = (settings.Beta1!.Value, settings.Beta2!.Value, settings.Epsilon!.Value);

    protected override void Update(IReadOnlyList<(ParameterState State, Tensor Gradient)> trained, double rate, double weightDecay)
    {
        foreach (var alike in trained.GroupBy(t => (t.State.Steps, Device: t.Gradient.device.ToString())))
        {
            Tensor[] weights = [.. alike.Select(t => t.State.Parameter)];
            Tensor[] gradients = [.. alike.Select(t => t.Gradient)];
            Tensor[] means = [.. alike.Select(t => t.State.Buffers[0])];
            Tensor[] squares = [.. alike.Select(t => t.State.Buffers[1])];
            FusedKernels.Adam(weights, gradients, means, squares, alike.Key.Steps, rate, _constants, weightDecay, isDecoupled);
        }
    }
}
