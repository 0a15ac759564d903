using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training;

/// <summary>libtorch's optimizers under this library's options.</summary>
internal static class Optimizers
{
    /// <param name="settings">Which, and its numbers.</param>
    /// <param name="groups">The parameters, in groups whose learning rates differ by a factor.</param>
    public static optim.Optimizer Create(TrainingSettings settings, IReadOnlyList<(double Factor, IReadOnlyList<Parameter> Parameters)> groups)
    {
        var (rate, decay) = (settings.LearningRate, settings.WeightDecay);
        return settings.Optimizer switch
        {
            Optimizer.Sgd => optim.SGD(groups.Select(g => new SGD.ParamGroup(g.Parameters, rate * g.Factor, momentum: settings.Momentum, weight_decay: decay)), rate),
            Optimizer.Adam => optim.Adam(groups.Select(g => new Adam.ParamGroup(g.Parameters, rate * g.Factor, weight_decay: decay)), rate),
            Optimizer.AdamW => optim.AdamW(groups.Select(g => new AdamW.ParamGroup(g.Parameters, rate * g.Factor, weight_decay: decay)), rate),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Optimizer, "This optimizer is not known."),
        };
    }
}
