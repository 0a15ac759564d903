using Ml.Cnn.Transforms.Sources;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Some rows of one of the library's own data views, which go on to shuffle fully and to split evenly.</summary>
internal sealed class IndexedSubsetDataView(IndexedDataView source, int[] rows) : IndexedDataView(source.Schema, rows.Length)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<PassedOverFiles> PassedOver => source.PassedOver;

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row) => source.CreateGetter(column, () => rows[row()]);
}
