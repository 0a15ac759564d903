using System.Diagnostics;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>
/// Tries the ways in which a network could be trained on this machine, a few steps each, and keeps the fastest: bfloat16 is slow on a CPU
/// without instructions for it, and channels-last does not suit every network.
/// </summary>
internal sealed class PlanTiming
{
    // Another plan must be faster than the first by so much: below that, chance would choose, and a run would not repeat.
    private const double Margin = 1.2;
    private const int Rounds = 3;
    private const int StepsToWarmUp = 2;
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(1);

    private readonly Module<Tensor, Tensor> _network;
    private readonly NetworkShape _shape;
    private readonly Device _device;
    private readonly int _images;

    private PlanTiming(Module<Tensor, Tensor> network, NetworkShape shape, ExecutionPlan plan, int batchSize)
    {
        (_network, _shape, _device) = (network, shape, plan.Device);
        _images = plan.ImagesToTime(batchSize);
    }

    /// <summary>Chooses a plan. The network is left as it was, but for the layout of its weights.</summary>
    /// <param name="network">Will be trained by the plan that is returned, after its <see cref="ExecutionPlan.Prepare"/>.</param>
    /// <param name="shape">Its input and classes.</param>
    /// <param name="candidates">The plans, the one to prefer first; one alone is not timed.</param>
    /// <param name="batchSize">Images in a step of training, 1 or more.</param>
    /// <param name="report">Told what was measured.</param>
    public static ExecutionPlan Choose(Module<Tensor, Tensor> network, NetworkShape shape, IReadOnlyList<ExecutionPlan> candidates, int batchSize, Action<string> report)
    {
        if (candidates.Count == 1)
            return candidates[0];
        using var scope = NewDisposeScope();
        network = network.to(candidates[0].Device); // before its buffers are looked at: they are other ones there
        var generator = random.get_rng_state();
        var buffers = network.named_buffers().Select(b => (Buffer: b.buffer, Value: b.buffer.clone())).ToArray();
        var timing = new PlanTiming(network, shape, candidates[0], batchSize);
        var times = candidates.Select(timing.Time).ToArray();
        using (no_grad())
            foreach (var (buffer, value) in buffers)
                buffer.copy_(value);
        network.zero_grad();
        random.set_rng_state(generator);

        var chosen = candidates[Pick(times)];
        report($"{chosen.Description} was chosen; a step of {timing._images} images took "
            + string.Join(", ", candidates.Zip(times, (plan, time) => FormattableString.Invariant($"{time:0.0} ms in {plan.Arithmetic}"))));
        return chosen;
    }

    /// <summary>The index of the shortest time, where it is clearly shorter than the first; else 0.</summary>
    internal static int Pick(double[] times)
    {
        var best = Array.IndexOf(times, times.Min());
        return times[best] * Margin < times[0] ? best : 0;
    }

    // The shortest of a few steps in milliseconds: whatever else the machine does makes a step longer, never shorter.
    private double Time(ExecutionPlan plan)
    {
        var network = plan.Prepare(_network);
        network.train();
        GradientBuffer[] gradients = [.. network.parameters().Select(p => new GradientBuffer(p))];
        try
        {
            // Kernels are chosen and made, and memory is asked for: in the second step that for adding to gradients.
            for (var step = 0; step < StepsToWarmUp; step++)
                Step(network, gradients, plan);
            var clock = Stopwatch.StartNew();
            var best = double.PositiveInfinity;
            for (var round = 0; round < Rounds && (round == 0 || clock.Elapsed < s_enough); round++)
                best = Math.Min(best, Step(network, gradients, plan));
            return best;
        }
        finally
        {
            foreach (var gradient in gradients)
                gradient.Dispose();
        }
    }

    private double Step(Module<Tensor, Tensor> network, GradientBuffer[] gradients, ExecutionPlan plan)
    {
        using var scope = NewDisposeScope();
        foreach (var gradient in gradients)
            gradient.Clear();
        var images = plan.ChannelsLast // N × C × H × W
            ? ones(_images, _shape.Height, _shape.Width, _shape.Channels, device: _device).permute(0, 3, 1, 2)
            : ones(_images, _shape.Channels, _shape.Height, _shape.Width, device: _device);
        var clock = Stopwatch.StartNew();
        network.forward(images).to(float32).square().mean().backward();
        if (_device.type == DeviceType.CUDA)
            cuda.synchronize(_device);
        return clock.Elapsed.TotalMilliseconds;
    }
}
