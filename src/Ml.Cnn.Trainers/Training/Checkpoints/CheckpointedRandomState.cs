using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>The state of libtorch's generator on the CPU: what dropout and the like draw next.</summary>
internal sealed class CheckpointedRandomState : ICheckpointed
{
    public string Name => "random";

    public CheckpointPart Save() => new([new("cpu", random.get_rng_state())]);

    public void Restore(CheckpointPart part)
    {
        using var state = random.get_rng_state();
        part.CopyTo("cpu", state);
        random.set_rng_state(state);
    }
}
