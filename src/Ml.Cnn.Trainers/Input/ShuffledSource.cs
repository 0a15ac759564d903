using Microsoft.ML;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Epochs over a data view that shuffles by itself: the library's own sources, caches, and what is built on them.</summary>
internal sealed class ShuffledSource(IDataView data, ImageColumns columns, int threads, int seed, AugmentedEpochs epochs) : IEpochSource
{
    public IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null)
    {
        return (shard ?? Shard.Whole).Of(imagesOf => imagesOf is { Count: 0 } ? Feed(imagesOf) : epochs.Open(epoch, () => Feed(imagesOf)));

        ParallelRowFeed Feed(IReadOnlySet<ulong>? imagesOf) => new(data, columns, threads, EpochOrder.Random(seed, epoch), cancellation, imagesOf);
    }

    public void Dispose() { }
}
