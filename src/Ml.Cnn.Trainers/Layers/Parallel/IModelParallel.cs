using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Parallel;

/// <summary>A network with columns that can be trained beside each other.</summary>
internal interface IModelParallel
{
    /// <summary>
    /// Spreads the columns: over the GPUs from the training's on, or on the CPU over teams of threads. Before the network's optimizer is made: parameters may
    /// be replaced.
    /// </summary>
    /// <param name="device">The training's, where the network lies.</param>
    /// <param name="threads">Those of the training, for all columns together.</param>
    /// <returns>Ends the teams; null where the columns can only be trained one after the other.</returns>
    IDisposable? Spread(Device device, int threads);
}
