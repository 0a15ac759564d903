using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Sums of tensors over all processes that go on beside what a process computes. All begin the same ones in the same order.</summary>
internal interface IConcurrentSums
{
    /// <summary>Begins to replace a tensor by the sum of all processes', as <see cref="ICollectives.Sum"/> does.</summary>
    /// <param name="tensor">Computed by what was called before. Nothing may touch it until <see cref="End"/>.</param>
    void Begin(Tensor tensor);

    /// <summary>What is called from now on finds the sums that were begun.</summary>
    void End();
}
