using Ml.Cnn.Trainers.Settings;
using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Makes the optimizer that settings ask for.</summary>
internal static class Optimizers
{
    private static readonly HashSet<Parameter> s_none = [];

    /// <param name="settings">Which, and its numbers.</param>
    /// <param name="parameters">Where they are trained already, in groups whose learning rates differ by a factor.</param>
    /// <param name="normBiases">Those of them that normalizations add, for a rate of their own; null: none.</param>
    public static ParameterOptimizer Create(OptimizationSettings settings, IEnumerable<(double Factor, IReadOnlyList<Parameter> Parameters)> parameters,
        IReadOnlySet<Parameter>? normBiases = null)
    {
        var groups = parameters.SelectMany(group => Groups(group.Factor, group.Parameters, settings, normBiases ?? s_none)).Where(group => group.Parameters.Count > 0);
        return settings.Optimizer switch
        {
            Optimizer.Sgd => new Sgd(groups, settings.Momentum, settings.Nesterov),
            Optimizer.Adam => new Adam(groups, settings, isDecoupled: false),
            Optimizer.AdamW => new Adam(groups, settings, isDecoupled: true),
            Optimizer.RmsProp => new RmsProp(groups, settings),
            Optimizer.Lars => new Lars(groups, settings.Momentum),
            Optimizer.Lamb => new Lamb(groups, settings),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Optimizer, "This optimizer is not known."),
        };
    }

    private static IEnumerable<ParameterGroup> Groups(double factor, IReadOnlyList<Parameter> parameters, OptimizationSettings settings,
        IReadOnlySet<Parameter> normBiases)
    {
        if (settings.NormBiasRateFactor is not { } ofBiases)
            return ByDecay(factor, parameters, settings);
        var decay = settings.DecayBiasesAndNorms ? settings.WeightDecay / ofBiases : 0;
        return
        [
            .. ByDecay(factor, [.. parameters.Where(p => !normBiases.Contains(p))], settings),
            new([.. parameters.Where(normBiases.Contains)], factor * ofBiases, decay),
        ];
    }

    // A bias or a norm's parameter has one dimension.
    private static IEnumerable<ParameterGroup> ByDecay(double factor, IReadOnlyList<Parameter> parameters, OptimizationSettings settings) =>
        settings.DecayBiasesAndNorms
        ? [new(parameters, factor, settings.WeightDecay)]
        : [new([.. parameters.Where(p => p.dim() > 1)], factor, settings.WeightDecay), new([.. parameters.Where(p => p.dim() <= 1)], factor, 0)];
}
