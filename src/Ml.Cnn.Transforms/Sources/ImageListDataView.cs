using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>The paths and labels of a list file.</summary>
internal sealed class ImageListDataView(ImageList list, string imagePathColumnName, string labelColumnName)
    : IndexedDataView(MakeSchema(imagePathColumnName, labelColumnName), list.Paths.Length)
{
    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row) =>
        TextGetter(row, column == 0 ? index => Path.GetFullPath(list.Paths[index], list.Folder) : index => list.Labels[index]);

    private static DataViewSchema MakeSchema(string imagePathColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imagePathColumnName, TextDataViewType.Instance);
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }
}
