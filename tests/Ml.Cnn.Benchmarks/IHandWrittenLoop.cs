using static TorchSharp.torch;

namespace Ml.Cnn.Benchmarks;

/// <summary>A training loop that somebody wrote with TorchSharp alone, to be timed beside the library's trainer.</summary>
/// <remarks>
/// Each minimizes the cross-entropy with SGD under the numbers below. They are also those of the Python half, but for its learning rate on MNIST.
/// </remarks>
internal interface IHandWrittenLoop : IDisposable
{
    const double LearningRate = 0.01;
    const double Momentum = 0.9;
    const double WeightDecay = 5e-4;

    /// <summary>Images in the layout in memory that the loop wants them in.</summary>
    /// <param name="images">N × C × H × W, float32, contiguous.</param>
    Tensor Arrange(Tensor images);

    /// <summary>Forward, backward and a move of the weights.</summary>
    /// <param name="images">N × C × H × W, float32, arranged.</param>
    /// <param name="labels">N class numbers.</param>
    /// <returns>The loss before the move.</returns>
    double Step(Tensor images, Tensor labels);
}
