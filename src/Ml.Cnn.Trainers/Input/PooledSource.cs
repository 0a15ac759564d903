using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Input;

/// <summary>
/// Epochs over a data view that cannot shuffle and must be read anew each time, since its images are augmented on the way:
/// the rows pass through a large pool, from which the next one is drawn at random.
/// </summary>
internal sealed class PooledSource(IDataView data, ImageColumns columns, int threads, int seed, AugmentedEpochs epochs) : IEpochSource
{
    private const int PoolRows = 4096;

    public IRowFeed Open(int epoch, CancellationToken cancellation, Shard? shard = null) => (shard ?? Shard.Whole).Of(epochs, epoch,
        imagesOf => new Feed(new ParallelRowFeed(data, columns, threads, shuffle: null, cancellation, imagesOf), EpochOrder.Random(seed, epoch)));

    public void Dispose() { }

    private sealed class Feed(IRowFeed rows, Random random) : IRowFeed
    {
        private readonly List<ImageRow> _pool = [];

        public bool TryRead([NotNullWhen(true)] out ImageRow? row)
        {
            while (_pool.Count < PoolRows && rows.TryRead(out var next))
                _pool.Add(next);
            if (_pool.Count == 0)
            {
                row = null;
                return false;
            }
            var drawn = random.Next(_pool.Count);
            row = _pool[drawn];
            _pool[drawn] = _pool[^1];
            _pool.RemoveAt(_pool.Count - 1);
            return true;
        }

        public void Recycle(ImageRow row) => rows.Recycle(row);

        public void Dispose() => rows.Dispose();
    }
}
