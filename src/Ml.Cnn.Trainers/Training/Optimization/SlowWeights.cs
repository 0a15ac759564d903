using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// The slow weights of Lookahead (Zhang et al. 2019, algorithm 1): after every k steps of the optimizer they go some of the way to where it has come, and
/// it goes on from there with the memory that it has.
/// </summary>
/// <param name="parameters">Where they are trained already.</param>
/// <param name="settings">k and α.</param>
internal sealed class SlowWeights(IEnumerable<Parameter> parameters, Lookahead settings) : ShadowWeights(parameters)
{
    protected override string Name => "slow";

    /// <summary>After each step of the optimizer.</summary>
    public void Update()
    {
        if (++Steps % settings.Steps != 0)
            return;
        Approach(settings.StepSize);
        Return();
    }
}
