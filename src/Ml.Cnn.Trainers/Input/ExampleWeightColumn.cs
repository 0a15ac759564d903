using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Trainers.Input;

/// <summary>The column of example weights: a Single for each row, under ML.NET's name for it.</summary>
internal static class ExampleWeightColumn
{
    private const string Role = "weight";
    private const string Accepted = "Single";

    public static void Check(SchemaShape shape, string? name)
    {
        if (name is null)
            return;
        var column = ColumnShapes.Find(shape, name) ?? throw SchemaErrors.Missing(Role, name);
        if (column.IsKey || column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType != NumberDataViewType.Single)
            throw SchemaErrors.Mismatch(Role, name, Accepted, ColumnShapes.TypeName(column));
    }

    public static DataViewSchema.Column? Find(DataViewSchema schema, string? name)
    {
        if (name is null)
            return null;
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing(Role, name);
        return column.Type == NumberDataViewType.Single ? column : throw SchemaErrors.Mismatch(Role, name, Accepted, column.Type.ToString()!);
    }
}
