using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Seeds libtorch's process-wide random state and puts back what was there when it is disposed.</summary>
internal sealed class RandomState : IDisposable
{
    private readonly Tensor _before;

    public RandomState(int seed)
    {
        _before = random.get_rng_state().DetachFromDisposeScope();
        random.manual_seed(seed);
    }

    public void Dispose()
    {
        random.set_rng_state(_before);
        _before.Dispose();
    }
}
