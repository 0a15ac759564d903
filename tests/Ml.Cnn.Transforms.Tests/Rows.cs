using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>Reads whole data views.</summary>
internal static class Rows
{
    public static List<string> Texts(IDataView data, string column) => [.. data.GetColumn<ReadOnlyMemory<char>>(column).Select(text => text.ToString())];

    public static List<byte[]> Images(IDataView data, string column = "Image")
    {
        var images = new List<byte[]>();
        using var cursor = data.GetRowCursor([data.Schema[column]]);
        var get = cursor.GetGetter<VBuffer<byte>>(data.Schema[column]);
        VBuffer<byte> image = default;
        while (cursor.MoveNext())
        {
            get(ref image);
            images.Add([.. image.DenseValues()]);
        }
        return images;
    }

    /// <summary>The id (the row's index in the source) and batch of every row of a cursor.</summary>
    public static List<(ulong Id, long Batch)> Ids(DataViewRowCursor cursor)
    {
        var ids = new List<(ulong, long)>();
        var get = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            get(ref id);
            ids.Add((id.Low, cursor.Batch));
        }
        return ids;
    }
}
