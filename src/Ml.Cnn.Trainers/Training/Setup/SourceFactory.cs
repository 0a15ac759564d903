using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>Chooses how training rows are read in an order that is new every epoch: straight from the data view, or from a copy.</summary>
internal static class SourceFactory
{
    /// <returns>The source, and what its rows hold.</returns>
    /// <exception cref="InvalidOperationException">A copy is needed, and would keep the pipeline's augmentation as it was the first time.</exception>
    public static (IEpochSource Source, ImageColumnFormat Format) Open(PreparedRun run)
    {
        var (data, columns, seed, threads) = (run.Data.Rows, run.Data.Columns, run.Settings.FixedSeed, run.Settings.Input.ReaderThreads);
        var (cache, isBalanced) = (run.Settings.Input.Cache, run.Settings.Sampling.BalancedSampling);
        var epochs = new AugmentedEpochs(seed, message => run.Log.Warning(MessageSensitivity.None, "{0}", message));
        if (cache == ImageCache.None && data.CanShuffle && !isBalanced)
            return (new ShuffledSource(data, columns, threads, seed, epochs), columns.Format);
        var rows = epochs.Open(1, () => run.OpenRows());
        if (cache == ImageCache.None)
        {
            using (rows)
            {
                if (epochs.WasSeen && isBalanced)
                {
                    throw new InvalidOperationException($"{nameof(CnnOptions.BalancedSampling)} draws images again and again from a copy, which would keep "
                        + "the augmentation "
                        + $"in the pipeline as it was the first time: give the augmentation to the trainer (the option {nameof(CnnOptions.Augmentation)}) "
                        + "instead.");
                }
                return (epochs.WasSeen
                    ? new PooledSource(data, columns, threads, seed, epochs) // a file would keep the first epoch's augmentation
                    : new SpooledSource(rows, run.TemporaryFolder, seed, isBalanced), columns.Format);
            }
        }
        if (epochs.WasSeen)
        {
            run.Log.Warning(MessageSensitivity.None, "{0}", "The cache keeps the augmented images of the first epoch. "
                + "Give the augmentation to the trainer (the option Augmentation) instead of the pipeline, or use no cache.");
        }
        using var decoded = new DecodedFeed(rows, columns.Format, run.Views.Training, isAugmented: run.Settings.Input.Augmentation is not null);
        return (cache == ImageCache.Memory
            ? new MemorySource(decoded, seed, isBalanced)
            : new SpooledSource(decoded, run.TemporaryFolder, seed, isBalanced, isMapped: true), decoded.Format);
    }
}
