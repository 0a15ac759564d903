using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>What is trained: a network or its head.</summary>
/// <param name="Network">On <paramref name="Device"/> already; trained in place.</param>
/// <param name="Shape">Its input and classes.</param>
/// <param name="Loss">What to minimize.</param>
/// <param name="Device">Where the steps run.</param>
/// <param name="ScalesLoss">Whether its arithmetic loses small gradients: float16.</param>
/// <param name="Stages">Which parts are trained when; null: all of it, always.</param>
/// <param name="Teacher">Whose outputs it learns along with the labels; null: nobody's.</param>
/// <param name="Unlabeled">Images that it learns along with those that have labels; null: none.</param>
internal sealed record TrainingSubject(Module<Tensor, Tensor> Network, NetworkShape Shape, TrainingLoss Loss, Device Device, bool ScalesLoss,
    TrainableStages? Stages, Teacher? Teacher = null, UnlabeledImages? Unlabeled = null)
{
    /// <summary>Whether images go in, rather than the features of a backbone that is not trained.</summary>
    public bool SeesImages => Network is not HeadOnly;

    /// <summary>The parameters in groups that share a factor of the learning rate.</summary>
    public IReadOnlyList<(double Factor, IReadOnlyList<Parameter> Parameters)> Groups() => Stages?.Groups() ?? [(1, [.. Network.parameters()])];

    /// <summary>The parameters that normalizations add, of this library's layers and TorchSharp's.</summary>
    public IReadOnlySet<Parameter> NormBiases() => Network.modules().Select(BiasOf).OfType<Parameter>().ToHashSet<Parameter>(ReferenceEqualityComparer.Instance);

    private static Parameter? BiasOf(Module module) => module switch
    {
        Layers.BatchNorm2d norm => norm.Bias,
        Layers.LayerNormOverFeatures norm => norm.Bias,
        TorchSharp.Modules.NormBase norm => norm.bias,
        TorchSharp.Modules.LayerNorm norm => norm.bias,
        TorchSharp.Modules.GroupNorm norm => norm.bias,
        _ => null,
    };

    /// <summary>Makes the network ready to train an epoch.</summary>
    /// <returns>The number of parameters that are trained.</returns>
    public long Prepare(int epoch)
    {
        Network.train();
        return Stages?.Prepare(epoch) ?? Network.parameters().Sum(p => p.numel());
    }
}
