using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>Which stages of a network an epoch trains, and how fast each learns.</summary>
internal sealed class TrainableStages
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly Architecture _architecture;
    private readonly TransferSettings _settings;
    private readonly HashSet<string> _fixed; // parameters that the network itself does not train

    /// <exception cref="ArgumentOutOfRangeException">The network has no stages to freeze, or not as many as there are factors.</exception>
    public TrainableStages(Module<Tensor, Tensor> network, Architecture architecture, TransferSettings settings)
    {
        (_network, _architecture, _settings) = (network, architecture, settings);
        Check(architecture, settings);
        _fixed = [.. network.named_parameters().Where(p => !p.parameter.requires_grad).Select(p => p.name)];
    }

    /// <summary>Before anything is built.</summary>
    public static void Check(Architecture architecture, TransferSettings settings)
    {
        if (settings.Freeze != Freezing.None && architecture.Stages.Count == 0)
            throw OptionCheck.Wrong(nameof(settings.Freeze), settings.Freeze, "None for a network of your own, which names no stages; set requires_grad of "
                + "its parameters instead");
        if (settings.LayerRateDecay is not null && architecture.Stages.Count == 0)
            throw OptionCheck.Wrong(nameof(settings.LayerRateDecay), settings.LayerRateDecay, "null for a network of your own, which names no stages");
        if (settings.StageEpochs is { } epochs && epochs.Count > architecture.Stages.Count)
            throw OptionCheck.Wrong(nameof(settings.StageEpochs), epochs.Count,
                $"at most one number of epochs for each of the {architecture.Stages.Count} stages of {architecture.Name}, from the input to the head");
        if (settings.StageLearningRates is { } factors && factors.Count != architecture.Stages.Count)
            throw OptionCheck.Wrong(nameof(settings.StageLearningRates), factors.Count,
                $"one factor for each of the {architecture.Stages.Count} stages of {architecture.Name}, from the input to the head");
    }

    /// <summary>The parameters in groups that share a factor of the learning rate.</summary>
    public IReadOnlyList<(double Factor, IReadOnlyList<Parameter> Parameters)> Groups()
    {
        if (_settings.LayerRateDecay is { } decay)
        {
            var byName = LayerDepths.Factors(_architecture, [.. _network.named_parameters().Select(p => p.name)], decay);
            return Grouped(name => byName[name]);
        }
        return _settings.StageLearningRates is { } factors ? Grouped(name => factors[_architecture.StageOf(name)]) : [(1, [.. _network.parameters()])];
    }

    private IReadOnlyList<(double, IReadOnlyList<Parameter>)> Grouped(Func<string, double> factor) =>
        [.. _network.named_parameters().GroupBy(p => factor(p.name), p => p.parameter).Select(group => (group.Key, (IReadOnlyList<Parameter>)[.. group]))];

    /// <summary>Watches backward come through the stages; null where their order does not tell.</summary>
    public BackwardStages? OfBackward() => BackwardStages.Of(_network, _architecture);

    /// <summary>Makes the network ready for an epoch: what is trained takes gradients, what is frozen runs as it scores.</summary>
    /// <returns>The number of parameters that are trained.</returns>
    public long Prepare(int epoch)
    {
        _network.train();
        if (_settings is { Freeze: Freezing.None, StageEpochs: null, BatchNormStatistics: BatchNormStatistics.OfTrainedStages })
            return _network.parameters().Sum(p => p.numel());
        var firstTrained = FirstTrained(epoch);
        foreach (var (name, module) in _network.named_modules())
        {
            var isFrozen = (firstTrained > 0 && (_settings.Freeze == Freezing.Backbone ? !_architecture.IsHead(name) : IsFrozen(name, firstTrained)))
                || IsOver(name, epoch);
            if (module is Layers.BatchNorm2d)
                isFrozen = _settings.BatchNormStatistics switch { BatchNormStatistics.Fixed => true, BatchNormStatistics.Updated => false, _ => isFrozen };
            if (isFrozen && !module.children().Any())
                module.eval();
        }
        long trained = 0;
        foreach (var (name, parameter) in _network.named_parameters())
        {
            parameter.requires_grad = _architecture.StageOf(name) >= firstTrained && !IsOver(name, epoch) && !_fixed.Contains(name);
            trained += parameter.requires_grad ? parameter.numel() : 0;
        }
        return trained;
    }

    private int FirstTrained(int epoch)
    {
        var head = _architecture.Stages.Count - 1;
        return _settings.Freeze switch
        {
            Freezing.Backbone => head,
            Freezing.Stages => Math.Max(0, head - (epoch - 1) / _settings.EpochsPerStage),
            _ => 0,
        };
    }

    // A stage whose epochs are over is frozen again.
    private bool IsOver(string name, int epoch) => _settings.StageEpochs is { } epochs && _architecture.StageOf(name) is >= 0 and var stage
        && stage < epochs.Count && epoch > epochs[stage];

    // A layer without a stage of its own, such as dropout, belongs to whatever is trained.
    private bool IsFrozen(string module, int firstTrained) => _architecture.StageOf(module) is >= 0 and var stage && stage < firstTrained;
}
