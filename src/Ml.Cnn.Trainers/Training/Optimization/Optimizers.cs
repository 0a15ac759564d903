using Ml.Cnn.Trainers.Settings;
using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Makes the optimizer that settings ask for.</summary>
internal static class Optimizers
{
    /// <param name="settings">Which, and its numbers.</param>
    /// <param name="parameters">Where they are trained already, in groups whose learning rates differ by a factor.</param>
    public static ParameterOptimizer Create(OptimizationSettings settings, IEnumerable<(double Factor, IReadOnlyList<Parameter> Parameters)> parameters)
    {
        var groups = parameters.SelectMany(group => Groups(group.Factor, group.Parameters, settings)).Where(group => group.Parameters.Count > 0);
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

    // A bias or a norm's parameter has one dimension.
    private static IEnumerable<ParameterGroup> Groups(double factor, IReadOnlyList<Parameter> parameters, OptimizationSettings settings) =>
        settings.DecayBiasesAndNorms
        ? [new(parameters, factor, settings.WeightDecay)]
        : [new([.. parameters.Where(p => p.dim() > 1)], factor, settings.WeightDecay), new([.. parameters.Where(p => p.dim() <= 1)], factor, 0)];
}
