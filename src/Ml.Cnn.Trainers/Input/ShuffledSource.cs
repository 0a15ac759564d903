using Microsoft.ML;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over a data view that shuffles by itself: the library's own sources, caches, and what is built on them.</summary>
internal sealed class ShuffledSource(IDataView data, ImageColumns columns, int threads, int seed, AugmentedEpochs epochs) : IEpochSource
{
    public IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null) => (shard ?? Shard.Whole).Of(epochs, epoch,
        imagesOf => new ParallelRowFeed(data, columns, threads, EpochOrder.Random(seed, epoch), cancellation, imagesOf));

    public void Dispose() { }
}
