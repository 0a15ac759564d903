using Microsoft.ML;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Inspection.Embedding;

/// <summary>Where the images of an embedding are read once more.</summary>
/// <param name="Data">The data.</param>
/// <param name="ColumnName">The column of images.</param>
/// <param name="Format">What it holds.</param>
internal sealed record EmbeddedSource(IDataView Data, string ColumnName, ImageColumnFormat Format)
{
    /// <summary>Some images, one after the other.</summary>
    public IEnumerable<(int Row, InspectedPhoto Photo)> Read(IReadOnlySet<int> rows) => RowPhotos.Read(Data, Data.Schema[ColumnName], Format, rows);
}
