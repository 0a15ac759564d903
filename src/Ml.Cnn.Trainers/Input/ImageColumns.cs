using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Input;

/// <summary>The columns that training or scoring reads.</summary>
/// <param name="Feature">The images.</param>
/// <param name="Format">What the feature column holds.</param>
/// <param name="Label">The labels; null while scoring.</param>
/// <param name="Path">A text column that names the files, for messages; null where there is none.</param>
/// <param name="Weight">How much each row counts, Single; null where all count the same.</param>
internal sealed record ImageColumns(
    DataViewSchema.Column Feature, ImageColumnFormat Format, DataViewSchema.Column? Label, DataViewSchema.Column? Path, DataViewSchema.Column? Weight = null)
{
    /// <summary>ML.NET's usual name of the column that LoadImages and LoadRawImageBytes read.</summary>
    private const string PathColumnName = "ImagePath";

    public static DataViewSchema.Column? FindPath(DataViewSchema schema) =>
        schema.GetColumnOrNull(PathColumnName) is { Type: TextDataViewType } path ? path : null;

    /// <summary>All of them, each once.</summary>
    public IEnumerable<DataViewSchema.Column> Active => WithoutImages.Prepend(Feature).DistinctBy(column => column.Index);

    /// <summary>What a row has beside its image.</summary>
    public IEnumerable<DataViewSchema.Column> WithoutImages
    {
        get
        {
            if (Label is { } label)
                yield return label;
            if (Weight is { } weight)
                yield return weight;
            if (Path is { } path)
                yield return path;
        }
    }
}
