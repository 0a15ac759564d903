using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers;

/// <summary>The classes in the order of the label's keys: their values as the key column holds them, and as text.</summary>
internal abstract class ClassValues
{
    /// <summary>ML.NET's name of the annotation that holds a key's values.</summary>
    public const string KeyValues = "KeyValues";

    /// <summary>The classes as text, in invariant form: the slot names of the scores.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public int Count => Names.Count;

    /// <summary>The values' type by its name in JSON; null if the key has no values and classes are numbers from 0.</summary>
    public abstract string? TypeName { get; }

    /// <summary>Adds the key's values to the annotations of a column under the given name.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string kind);

    /// <summary>The values of a label column.</summary>
    public static ClassValues Of(DataViewSchema.Column label)
    {
        var count = checked((int)((KeyDataViewType)label.Type).Count);
        if (label.Annotations.Schema.GetColumnOrNull(KeyValues) is { Type: VectorDataViewType vector } values
            && s_kinds.FirstOrDefault(k => k.Type.Equals(vector.ItemType)) is { } kind)
            return kind.Read(label.Annotations, values.Name);
        return new Numbered { Names = [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))] };
    }

    /// <summary>The classes of a saved model.</summary>
    /// <exception cref="FormatException">The type is not known or a value is not of it.</exception>
    public static ClassValues Parse(string? typeName, IReadOnlyList<string> names)
    {
        if (typeName is null)
            return new Numbered { Names = names };
        var kind = s_kinds.FirstOrDefault(k => k.Name == typeName) ?? throw new FormatException($"class names of type '{typeName}' are not known");
        return kind.Parse(names);
    }

    private sealed class Numbered : ClassValues
    {
        public override string? TypeName => null;

        public override void AddTo(DataViewSchema.Annotations.Builder annotations, string kind) { }
    }

    private sealed class Valued<T>(Kind<T> kind, T[] values) : ClassValues
    {
        public override string? TypeName => kind.Name;

        public override void AddTo(DataViewSchema.Annotations.Builder annotations, string name)
        {
            ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> destination) => new VBuffer<T>(values.Length, values).CopyTo(ref destination);
            annotations.Add(name, new VectorDataViewType(kind.Type, values.Length), getter);
        }
    }

    private abstract record Kind(string Name, PrimitiveDataViewType Type)
    {
        public abstract ClassValues Read(DataViewSchema.Annotations annotations, string name);

        public abstract ClassValues Parse(IReadOnlyList<string> names);
    }

    private sealed record Kind<T>(string Name, PrimitiveDataViewType Type, Func<T, string> Format, Func<string, T> FromText) : Kind(Name, Type)
    {
        public override ClassValues Read(DataViewSchema.Annotations annotations, string name)
        {
            VBuffer<T> buffer = default;
            annotations.GetValue(name, ref buffer);
            var values = buffer.DenseValues().ToArray();
            return new Valued<T>(this, values) { Names = [.. values.Select(Format)] };
        }

        public override ClassValues Parse(IReadOnlyList<string> names) => new Valued<T>(this, [.. names.Select(FromText)]) { Names = names };
    }

    // Every type that MapValueToKey takes. "R" and "O" survive a round trip through text.
    private static readonly Kind[] s_kinds =
    [
        new Kind<ReadOnlyMemory<char>>("text", TextDataViewType.Instance, v => v.ToString(), s => s.AsMemory()),
        new Kind<bool>("boolean", BooleanDataViewType.Instance, v => v ? "true" : "false", bool.Parse),
        Number<byte>("byte", NumberDataViewType.Byte),
        Number<sbyte>("sbyte", NumberDataViewType.SByte),
        Number<short>("int16", NumberDataViewType.Int16),
        Number<ushort>("uint16", NumberDataViewType.UInt16),
        Number<int>("int32", NumberDataViewType.Int32),
        Number<uint>("uint32", NumberDataViewType.UInt32),
        Number<long>("int64", NumberDataViewType.Int64),
        Number<ulong>("uint64", NumberDataViewType.UInt64),
        Number<float>("single", NumberDataViewType.Single),
        Number<double>("double", NumberDataViewType.Double),
        new Kind<DateTime>("datetime", DateTimeDataViewType.Instance, v => v.ToString("O", CultureInfo.InvariantCulture),
            s => DateTime.Parse(s, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)),
        new Kind<DateTimeOffset>("datetimeoffset", DateTimeOffsetDataViewType.Instance, v => v.ToString("O", CultureInfo.InvariantCulture),
            s => DateTimeOffset.Parse(s, CultureInfo.InvariantCulture)),
        new Kind<TimeSpan>("timespan", TimeSpanDataViewType.Instance, v => v.ToString("c", CultureInfo.InvariantCulture),
            s => TimeSpan.Parse(s, CultureInfo.InvariantCulture)),
    ];

    private static Kind<T> Number<T>(string name, PrimitiveDataViewType type) where T : IFormattable, IParsable<T> =>
        new(name, type, v => v.ToString(null, CultureInfo.InvariantCulture), s => T.Parse(s, CultureInfo.InvariantCulture));
}
