using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images of a folder with one subfolder per class. Holds names only: what changes in the files shows when they are read.</summary>
internal sealed class ImageFolderDataView : IndexedDataView
{
    private readonly ImageFolderClass[] _classes;
    private readonly int[] _firstRows; // per class, and the row count at the end

    public ImageFolderDataView(ImageFolder folder, string imagePathColumnName, string labelColumnName)
        : base(MakeSchema(imagePathColumnName, labelColumnName), folder.Classes.Sum(one => one.Files.Length))
    {
        var classes = _classes = folder.Classes;
        PassedOver = folder.PassedOver;
        _firstRows = new int[classes.Length + 1];
        for (var i = 0; i < classes.Length; i++)
            _firstRows[i + 1] = _firstRows[i] + classes[i].Files.Length;
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<PassedOverFiles> PassedOver { get; }

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row) => TextGetter(row, column == 0 ? PathOf : index => _classes[ClassOf(index)].Name);

    private string PathOf(int row)
    {
        var one = ClassOf(row);
        return Path.Join(_classes[one].Folder, _classes[one].Files[row - _firstRows[one]]);
    }

    private int ClassOf(int row)
    {
        // No class is empty, so no first row occurs twice.
        var found = Array.BinarySearch(_firstRows, row);
        return found >= 0 ? found : ~found - 1;
    }

    private static DataViewSchema MakeSchema(string imagePathColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imagePathColumnName, TextDataViewType.Instance);
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }
}
