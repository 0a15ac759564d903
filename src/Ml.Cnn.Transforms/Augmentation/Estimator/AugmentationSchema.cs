using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>The input's columns as they are, then the augmented one (which hides an input of the same name).</summary>
internal sealed class AugmentationSchema
{
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or holds no images.</exception>
    public AugmentationSchema(DataViewSchema input, AugmentationSettings settings)
    {
        Input = input;
        ImageColumn = input.GetColumnOrNull(settings.InputColumnName) ?? throw SchemaErrors.Missing("input", settings.InputColumnName);
        if (ImageColumn.Type is not ImageDataViewType type)
            throw SchemaErrors.Mismatch("input", settings.InputColumnName, "Image", ImageColumn.Type.ToString()!);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(settings.OutputColumnName, settings.OutputType(type));
        Output = builder.ToSchema();
    }

    public DataViewSchema Input { get; }

    public DataViewSchema Output { get; }

    /// <summary>The images that are augmented.</summary>
    public DataViewSchema.Column ImageColumn { get; }

    /// <summary>The augmented column's index.</summary>
    public int AugmentedIndex => Input.Count;

    public bool IsAugmented(DataViewSchema.Column column) => column.Index >= Input.Count;

    /// <summary>The input columns that some output columns need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(IEnumerable<DataViewSchema.Column> outputColumns) =>
        outputColumns.Select(column => IsAugmented(column) ? ImageColumn.Index : column.Index).Distinct().Order().Select(index => Input[index]);
}
