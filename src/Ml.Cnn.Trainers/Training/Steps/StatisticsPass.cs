using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>A pass over images that gives layers of batch normalization the mean and variance of all of them.</summary>
internal static class StatisticsPass
{
    /// <summary>
    /// Sets the statistics of layers, each of which sees images as in training: through the earlier layers by the statistics of the batch. The network is left
    /// in evaluation mode. All statistics stay where the pass is canceled or there is no image.
    /// </summary>
    /// <param name="network">In evaluation mode.</param>
    /// <param name="layers">Of the network.</param>
    /// <param name="batches">The images.</param>
    /// <param name="input">A batch as the network's input, N × C × H × W.</param>
    /// <param name="images">How many to compute from, 1 or more, filled up to whole batches; fewer where there are fewer.</param>
    /// <param name="cancellation">Ends the pass early.</param>
    /// <param name="ownImages">What the layers' own statistics count beside the new ones, in images, 0 or more.</param>
    /// <returns>The images that the statistics are of.</returns>
    public static long Compute(Module<Tensor, Tensor> network, IReadOnlyList<BatchNormalization> layers, IEnumerable<ImageBatch> batches,
        Func<ImageBatch, Tensor> input, long images, CancellationToken cancellation, double ownImages = 0)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var statistics = layers.ToDictionary(layer => layer.Layer, layer => new LayerStatistics(layer));
        try
        {
            foreach (var layer in layers)
                layer.Layer.train();
            long seen = 0;
            using (BatchNormalization.Watch(layers, (layer, values) => statistics[layer.Layer].Add(values)))
            {
                foreach (var batch in batches)
                {
                    using var step = NewDisposeScope();
                    network.forward(input(batch));
                    seen += batch.Count;
                    if (seen >= images)
                        break;
                }
            }
            if (seen == 0 || cancellation.IsCancellationRequested)
                return 0;
            foreach (var one in statistics.Values)
                one.Finish(ownShare: ownImages / (ownImages + seen));
            return seen;
        }
        finally
        {
            network.eval();
            foreach (var one in statistics.Values)
                one.PutBack();
        }
    }
}
