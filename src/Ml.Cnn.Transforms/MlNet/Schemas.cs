using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.MlNet;

/// <summary>ML.NET's wording and exception type for columns that are missing or of the wrong type, and its shapes of columns.</summary>
internal static class SchemaErrors
{
    private const string InputSchema = "inputSchema"; // the parameter's name in IEstimator and ITransformer

    public static Exception Missing(string role, string column) =>
        Contracts.ExceptSchemaMismatch(InputSchema, role, column);

    public static Exception Mismatch(string role, string column, string expected, string found) =>
        Contracts.ExceptSchemaMismatch(InputSchema, role, column, expected, found);
}

/// <summary><see cref="SchemaShape.Column"/>, whose constructor and queries ML.NET keeps internal.</summary>
internal static class ColumnShapes
{
    public static SchemaShape.Column Create(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey,
        params IEnumerable<SchemaShape.Column> annotations) =>
        new(name, kind, itemType, isKey, new SchemaShape(annotations));

    public static SchemaShape.Column? Find(SchemaShape shape, string name)
    {
        foreach (var column in shape)
            if (column.Name == name)
                return column;
        return null;
    }

    public static string TypeName(SchemaShape.Column column) => column.GetTypeString();

    /// <summary>The annotations of a multiclass score column, as ML.NET's own trainers declare them.</summary>
    public static IEnumerable<SchemaShape.Column> MulticlassScoreAnnotations(SchemaShape.Column label) =>
        AnnotationUtils.AnnotationsForMulticlassScoreColumn(label);
}
