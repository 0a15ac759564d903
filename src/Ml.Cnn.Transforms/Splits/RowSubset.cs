using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Sources;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Some rows of a data view as a data view, which shuffles and splits over cursors as the whole one does.</summary>
internal static class RowSubset
{
    /// <param name="data">All rows.</param>
    /// <param name="ids">Their ids, in their order.</param>
    /// <param name="rows">The places of those that are wanted, rising.</param>
    public static IDataView Of(IDataView data, IReadOnlyList<DataViewRowId> ids, int[] rows)
    {
        if (data is IndexedDataView indexed)
            return new IndexedSubsetDataView(indexed, rows);
        // The shorter list: of a training set, those that are not in it.
        var listed = rows.Length <= ids.Count / 2;
        var places = listed ? rows : Enumerable.Range(0, ids.Count).Except(rows);
        return new RowSubsetDataView(data, places.Select(row => ids[row]).ToHashSet(), listed, rows.Length);
    }
}
