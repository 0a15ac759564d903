using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>The weights and running statistics of the network that is trained.</summary>
internal sealed class CheckpointedNetwork(Module network) : ICheckpointed
{
    public const string PartName = "network";

    public string Name => PartName;

    public CheckpointPart Save() => new(ModuleState.Of(network));

    public void Restore(CheckpointPart part) => ModuleState.Copy(part.Tensors, network);
}
