using Ml.Cnn.Trainers.Training.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// The exponential moving average of a network's weights (Polyak and Juditsky 1992; in this form Szegedy et al. 2015, section 8): after each step,
/// average ← d·average + (1 − d)·weights. The statistics of batch normalization are averages already and are the network's own.
/// </summary>
internal sealed class WeightAverage : IDisposable, ICheckpointed
{
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _averages;
    private readonly double _decay;

    /// <param name="parameters">Where they are trained already.</param>
    /// <param name="decay">d, above 0 and below 1.</param>
    public WeightAverage(IEnumerable<Parameter> parameters, double decay)
    {
        using var noGradient = no_grad();
        _parameters = [.. parameters];
        _averages = [.. _parameters.Select(p => p.detach().clone().DetachFromDisposeScope())];
        _decay = decay;
    }

    /// <summary>The averages in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>Steps averaged over.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// Takes in the weights after a step. At first the decay is (1 + steps) / (10 + steps), as in TensorFlow's ExponentialMovingAverage: else the
    /// first, random weights would stay in it for long.
    /// </summary>
    public void Update()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        var decay = Math.Min(_decay, (1.0 + Steps) / (10 + Steps));
        for (var i = 0; i < _averages.Length; i++)
            _averages[i].lerp_(_parameters[i].detach(), 1 - decay);
    }

    /// <summary>Puts the averages in the place of the network's weights, until the result is disposed; for good if it is not.</summary>
    public IDisposable Use()
    {
        Swap();
        return new Swapped(this);
    }

    private void Swap()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _averages.Length; i++)
        {
            using var weights = _parameters[i].detach();
            using var kept = weights.clone();
            weights.copy_(_averages[i]);
            _averages[i].copy_(kept);
        }
    }

    string ICheckpointed.Name => "average";

    CheckpointPart ICheckpointed.Save() =>
        new([.. _averages.Index().Select(a => KeyValuePair.Create(Name(a.Index), a.Item))], new Dictionary<string, double> { ["steps"] = Steps });

    void ICheckpointed.Restore(CheckpointPart part)
    {
        Steps = (long)part.Number("steps");
        foreach (var (place, average) in _averages.Index())
            part.CopyTo(Name(place), average);
    }

    private static string Name(int place) => FormattableString.Invariant($"{place}");

    public void Dispose()
    {
        foreach (var average in _averages)
            average.Dispose();
    }

    private sealed class Swapped(WeightAverage average) : IDisposable
    {
        public void Dispose() => average.Swap();
    }
}
