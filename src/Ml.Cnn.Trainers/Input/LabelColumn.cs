using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Trainers.Input;

/// <summary>The label column: a key, whose values become the class names.</summary>
internal static class LabelColumn
{
    public const string Accepted = "Key<UInt32> (use MapValueToKey)";

    // A key that was never counted (a hash, a loader's) has room for billions; a network has an output for each.
    private const ulong MostClasses = 1_000_000;

    public static SchemaShape.Column Check(SchemaShape shape, string name)
    {
        var column = ColumnShapes.Find(shape, name) ?? throw SchemaErrors.Missing("label", name);
        if (!column.IsKey || column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType.RawType != typeof(uint))
            throw SchemaErrors.Mismatch("label", name, Accepted, ColumnShapes.TypeName(column));
        return column;
    }

    public static DataViewSchema.Column Check(DataViewSchema schema, string name)
    {
        var column = schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing("label", name);
        if (column.Type is not KeyDataViewType key || key.RawType != typeof(uint))
            throw SchemaErrors.Mismatch("label", name, Accepted, column.Type.ToString()!);
        if (key.Count > MostClasses)
            throw SchemaErrors.Mismatch("label", name, $"{Accepted} of at most {MostClasses} classes", column.Type.ToString()!);
        return column;
    }
}
