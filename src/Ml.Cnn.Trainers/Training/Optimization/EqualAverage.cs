using Ml.Cnn.Trainers.Training.Checkpoints;
using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>The equal average of the weights that a training has at the ends of its last epochs (Izmailov et al. 2018, algorithm 1).</summary>
/// <param name="parameters">Where they are trained already.</param>
/// <param name="settings">Which epochs.</param>
/// <param name="epochs">All of the training's.</param>
internal sealed class EqualAverage(IEnumerable<Parameter> parameters, StochasticWeightAveraging settings, int epochs) : ShadowWeights(parameters)
{
    private int _lastEpoch;

    protected override string Name => "equal average";

    /// <summary>Takes in the weights at the end of an epoch, if it is one of those; once, however often it is told of the epoch.</summary>
    /// <param name="epoch">From 1.</param>
    public void EpochEnded(int epoch)
    {
        var first = settings.FirstEpoch(epochs);
        if (epoch <= _lastEpoch || epoch < first || (epoch - first) % settings.EveryEpochs != 0)
            return;
        _lastEpoch = epoch;
        Steps++;
        Approach(1.0 / Steps);
    }

    protected override IEnumerable<KeyValuePair<string, double>> Numbers => [new("epoch", _lastEpoch)];

    protected override void Restore(CheckpointPart part) => _lastEpoch = (int)part.Number("epoch");
}
