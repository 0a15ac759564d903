using Microsoft.ML;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Counts the rows of each class.</summary>
internal static class ClassCounter
{
    /// <summary>The classes that have rows, in <see cref="LabelReader.Sort"/>'s order.</summary>
    public static IReadOnlyList<ClassCount> Count(IDataView data, DataViewSchema.Column label)
    {
        var counts = new Dictionary<string, long>();
        using var cursor = data.GetRowCursor([label]);
        var read = LabelReader.Create(cursor, label);
        while (cursor.MoveNext())
        {
            var name = read();
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        return Sorted(counts, label);
    }

    /// <summary>Counts as a list.</summary>
    public static IReadOnlyList<ClassCount> Sorted(IReadOnlyDictionary<string, long> counts, DataViewSchema.Column label) =>
        [.. LabelReader.Sort(counts.Keys, label).Select(name => new ClassCount(name, counts[name]))];
}
