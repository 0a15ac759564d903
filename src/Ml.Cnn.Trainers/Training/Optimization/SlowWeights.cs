using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// The slow weights of Lookahead (Zhang et al. 2019, algorithm 1): after every k steps of the optimizer they go some of the way to where it has come, and
/// it goes on from there with the memory that it has.
/// </summary>
/// <param name="network">Where it is trained already.</param>
/// <param name="settings">k and α.</param>
internal sealed class SlowWeights(Module network, Lookahead settings) : ShadowWeights(Led(network, settings))
{
    /// <summary>The share of training that is done, from 0 to 1.</summary>
    public double Done { get; set; }

    protected override string Name => "slow";

    /// <summary>After each step of the optimizer.</summary>
    public void Update()
    {
        if (++Steps % settings.Steps != 0)
            return;
        Approach(settings.StepSizeAt(Done));
        Return();
    }

    private static IEnumerable<Tensor> Led(Module network, Lookahead settings) => settings.IncludesStatistics
        ? [.. network.parameters(), .. network.buffers().Where(buffer => buffer.is_floating_point())] : network.parameters();
}
