using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>A data view with one more column, augmented while it is read. Rows, their order and their parallel cursors are the source's.</summary>
/// <param name="environment">For the warning.</param>
/// <param name="source">The images.</param>
/// <param name="settings">What is done.</param>
/// <param name="isTraining">At random, new in every epoch; otherwise only what is without chance.</param>
internal sealed class AugmentingDataView(IHostEnvironment environment, IDataView source, AugmentationSettings settings, bool isTraining) : IDataView
{
    private readonly AugmentationSchema _schema = new(source.Schema, settings);
    private int _isWarned;

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => _schema.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return Wrap(source.GetRowCursor(_schema.Dependencies(columns), rand), columns, Draws(columns));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        var draws = Draws(columns);
        return [.. source.GetRowCursorSet(_schema.Dependencies(columns), n, rand).Select(cursor => Wrap(cursor, columns, draws))];
    }

    private AugmentingCursor Wrap(DataViewRowCursor cursor, DataViewSchema.Column[] columns, (int Seed, int Epoch)? draws)
    {
        // The place in the schema tells apart several augmentations of one pipeline: without it a crop's place would decide a later flip.
        var augmenter = new ImageAugmenter(settings, draws, (ulong)_schema.AugmentedIndex);
        return new(_schema, cursor, new AugmentedColumns(_schema, cursor, columns, augmenter));
    }

    private (int Seed, int Epoch)? Draws(DataViewSchema.Column[] columns)
    {
        if (!isTraining)
            return null;
        var scope = AugmentationScope.Current;
        if (!columns.Any(_schema.IsAugmented))
            return (settings.Seed, 0);
        if (scope is null)
        {
            WarnOnce();
            return (settings.Seed, 0);
        }
        scope.See();
        // Both seeds count: a trainer's own, and the one given to this step.
        return (unchecked(settings.Seed * 31 + scope.Seed), scope.Epoch);
    }

    private void WarnOnce()
    {
        if (Interlocked.Exchange(ref _isWarned, 1) != 0)
            return;
        using var log = environment.Start(nameof(ImageAugmentingTransformer));
        log.Warning(MessageSensitivity.None, "{0}",
            $"The augmented images in '{settings.OutputColumnName}' are read outside of an epoch: a cache checkpoint, or a trainer that knows no augmentation, "
            + "gets the same images in every pass. Put AppendCacheCheckpoint before the augmentation, and use a trainer of this library.");
    }
}
