using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Settings;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// The way up of sharpness-aware minimization (Foret et al. 2020, algorithm 1 and equation 2): from the weights w to w + ρg/‖g‖, where the batch's gradient is
/// taken that w is moved by.
/// </summary>
/// <remarks>
/// Both passes see the same images, mixed alike, and drop out the same on the CPU, as in the paper's own code. The running statistics of batch normalization
/// move in the first pass alone, as there. Each of several processes goes up its own way (the paper's section 4.1: m-sharpness). The way is that of the loss
/// alone, without the weight decay.
/// </remarks>
/// <param name="network">Whose weights.</param>
/// <param name="radius">ρ, above 0.</param>
internal sealed class SharpnessAscent(Module network, double radius) : IDisposable
{
    // A gradient of 0 divides nothing by 0.
    private const double Epsilon = 1e-12;

    private Tensor? _drawn;

    /// <summary>What settings ask for; null: none.</summary>
    public static SharpnessAscent? Of(OptimizationSettings settings, Module network) =>
        settings.SharpnessAwareRadius is { } radius ? new(network, radius) : null;

    /// <summary>Before the first forward pass: the second one shall draw the same.</summary>
    public void Begin()
    {
        _drawn?.Dispose();
        _drawn = random.get_rng_state().DetachFromDisposeScope();
    }

    /// <summary>Takes the gradient up there.</summary>
    /// <param name="states">With the gradient at the weights themselves, of whatever scale; afterwards with that up there.</param>
    /// <param name="backward">Makes another forward and backward pass over the batch.</param>
    public void TakeGradient(IReadOnlyList<ParameterState> states, Action backward)
    {
        using var scope = NewDisposeScope();
        var trained = states.Where(state => state.Parameter.requires_grad && state.Gradient.Gradient is not null).ToArray();
        var before = new List<(Tensor Weight, Tensor Kept)>();
        using (no_grad())
        {
            if (trained.Length > 0)
            {
                var factor = GradientLength.Of([.. trained.Select(state => state.Gradient.Gradient!)]).Plus(Epsilon).reciprocal().Times(radius);
                foreach (var state in trained)
                {
                    before.Add((state.Parameter, state.Parameter.detach().clone()));
                    state.Parameter.AddInPlace(state.Gradient.Gradient!.mul(factor.to(state.Parameter.device)));
                }
            }
            foreach (var state in states)
                state.Gradient.Clear();
        }
        var statistics = BatchNormalization.Following(network)
            .Select(layer => (Layer: layer, Mean: layer.Mean.clone(), Variance: layer.Variance.clone(), Batches: layer.Batches.clone())).ToArray();
        using var drawn = random.get_rng_state();
        random.set_rng_state(_drawn!);
        backward();
        random.set_rng_state(drawn);
        using (no_grad())
        {
            foreach (var (weight, kept) in before)
                weight.copy_(kept);
            foreach (var (layer, mean, variance, batches) in statistics)
            {
                layer.Mean.copy_(mean);
                layer.Variance.copy_(variance);
                layer.Batches.copy_(batches);
            }
        }
    }

    public void Dispose() => _drawn?.Dispose();
}
