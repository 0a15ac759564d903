using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// The exponential moving average of a network's weights (Polyak and Juditsky 1992; in this form Szegedy et al. 2015, section 8): after each step,
/// average ← d·average + (1 − d)·weights. The statistics of batch normalization are averages already and are the network's own.
/// </summary>
/// <param name="parameters">Where they are trained already.</param>
/// <param name="decay">d, above 0 and below 1.</param>
internal sealed class WeightAverage(IEnumerable<Parameter> parameters, double decay) : ShadowWeights(parameters)
{
    protected override string Name => "average";

    /// <summary>
    /// Takes in the weights after a step. At first the decay is (1 + steps) / (10 + steps), as in TensorFlow's ExponentialMovingAverage: else the
    /// first, random weights would stay in it for long.
    /// </summary>
    public void Update()
    {
        Steps++;
        Approach(1 - Math.Min(decay, (1.0 + Steps) / (10 + Steps)));
    }
}
