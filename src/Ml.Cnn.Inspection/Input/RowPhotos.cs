using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Inspection.Input;

/// <summary>The images of some rows of a data view.</summary>
internal static class RowPhotos
{
    /// <summary>
    /// Reads them in their order, one after the other as they are asked for. Other rows are passed over without their images; images that cannot be read are
    /// left out.
    /// </summary>
    /// <param name="data">All rows.</param>
    /// <param name="column">The images.</param>
    /// <param name="format">What the column holds.</param>
    /// <param name="rows">The rows from 0.</param>
    public static IEnumerable<(int Row, InspectedPhoto Photo)> Read(IDataView data, DataViewSchema.Column column, ImageColumnFormat format,
        IReadOnlySet<int> rows)
    {
        if (rows.Count == 0)
            yield break;
        using var cursor = data.GetRowCursorSet([column], 1)[0]; // one of a set: ML.NET reads ahead for a cursor on its own
        var read = format.Type.OpenReader(cursor, column);
        var last = rows.Max();
        for (var row = 0; row <= last && cursor.MoveNext(); row++)
        {
            if (rows.Contains(row) && Read(read, format) is { } photo)
                yield return (row, photo);
        }
    }

    private static InspectedPhoto? Read(Action<ImageContent> read, ImageColumnFormat format)
    {
        var row = new ImageRow();
        try
        {
            read(row.Content);
            return InspectedPhoto.Of(row, format);
        }
        catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
        {
            return null;
        }
    }
}
