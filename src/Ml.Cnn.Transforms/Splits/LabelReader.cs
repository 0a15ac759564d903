using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Reads a label column of any scalar type as text: a key by its name, a number by its digits, what is missing as "".</summary>
internal static class LabelReader
{
    /// <summary>A getter of the label on the cursor's row.</summary>
    /// <param name="cursor">A cursor in which the column is active.</param>
    /// <param name="column">The column of labels.</param>
    /// <param name="role">What it is, for messages.</param>
    public static Func<string> Create(DataViewRow cursor, DataViewSchema.Column column, string role = "label") => column.Type switch
    {
        TextDataViewType => Text(cursor, column),
        KeyDataViewType => Key(cursor, column),
        BooleanDataViewType => Read<bool>(cursor, column),
        NumberDataViewType => Number(cursor, column),
        _ => throw SchemaErrors.Mismatch(role, column.Name, "text, a key, a number or a Boolean", column.Type.ToString()!),
    };

    /// <summary>The labels in the order in which reports list them: a key's own order, else ordinal order.</summary>
    public static IEnumerable<string> Sort(IEnumerable<string> labels, DataViewSchema.Column column)
    {
        var ordered = labels.Order(StringComparer.Ordinal);
        if (column.Type is NumberDataViewType || (column.Type is KeyDataViewType && KeyNames(column) is null))
            return ordered.OrderBy(label => double.TryParse(label, CultureInfo.InvariantCulture, out var number) ? number : double.NegativeInfinity);
        if (column.Type is not KeyDataViewType)
            return ordered;
        var names = KeyNames(column)!;
        return ordered.OrderBy(label => Array.IndexOf(names, label));
    }

    private static Func<string> Text(DataViewRow cursor, DataViewSchema.Column column)
    {
        var get = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        // One string per class, however many rows it has.
        var lookup = new Dictionary<string, string>().GetAlternateLookup<ReadOnlySpan<char>>();
        return () =>
        {
            get(ref value);
            if (!lookup.TryGetValue(value.Span, out var text))
                lookup[value.Span] = text = value.ToString();
            return text;
        };
    }

    private static Func<string> Key(DataViewRow cursor, DataViewSchema.Column column)
    {
        var names = KeyNames(column) ?? [];
        var read = KeyValue(cursor, column);
        return () => read() switch
        {
            0 => "",
            var key when key <= (ulong)names.Length => names[key - 1],
            var key => (key - 1).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static Func<ulong> KeyValue(DataViewRow cursor, DataViewSchema.Column column)
    {
        if (column.Type.RawType == typeof(byte))
            return Widen<byte>(value => value);
        if (column.Type.RawType == typeof(ushort))
            return Widen<ushort>(value => value);
        return column.Type.RawType == typeof(uint) ? Widen<uint>(value => value) : Widen<ulong>(value => value);

        Func<ulong> Widen<T>(Func<T, ulong> widen)
        {
            var get = cursor.GetGetter<T>(column);
            return () =>
            {
                T value = default!;
                get(ref value);
                return widen(value);
            };
        }
    }

    private static string[]? KeyNames(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull("KeyValues") is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static Func<string> Number(DataViewRow cursor, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var type when type == typeof(float) => Read<float>(cursor, column),
        var type when type == typeof(double) => Read<double>(cursor, column),
        var type when type == typeof(byte) => Read<byte>(cursor, column),
        var type when type == typeof(sbyte) => Read<sbyte>(cursor, column),
        var type when type == typeof(short) => Read<short>(cursor, column),
        var type when type == typeof(ushort) => Read<ushort>(cursor, column),
        var type when type == typeof(int) => Read<int>(cursor, column),
        var type when type == typeof(uint) => Read<uint>(cursor, column),
        var type when type == typeof(long) => Read<long>(cursor, column),
        _ => Read<ulong>(cursor, column),
    };

    private static Func<string> Read<T>(DataViewRow cursor, DataViewSchema.Column column)
        where T : IConvertible
    {
        var get = cursor.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            get(ref value);
            return value is float.NaN or double.NaN ? "" : value.ToString(CultureInfo.InvariantCulture);
        };
    }
}
