using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training;

/// <summary>libtorch's optimizers under this library's options.</summary>
internal static class Optimizers
{
    public static optim.Optimizer Create(TrainingSettings settings, IEnumerable<Parameter> parameters) => settings.Optimizer switch
    {
        Optimizer.Sgd => optim.SGD(parameters, settings.LearningRate, momentum: settings.Momentum, weight_decay: settings.WeightDecay),
        Optimizer.Adam => optim.Adam(parameters, settings.LearningRate, weight_decay: settings.WeightDecay),
        Optimizer.AdamW => optim.AdamW(parameters, settings.LearningRate, weight_decay: settings.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Optimizer, "This optimizer is not known."),
    };
}
