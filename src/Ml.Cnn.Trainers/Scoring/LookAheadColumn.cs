using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>The values of one input column for the rows that were read ahead.</summary>
internal abstract class LookAheadColumn
{
    /// <summary>Keeps the cursor's current value in a slot.</summary>
    public abstract void Read(int slot);

    /// <summary>A getter of the value in the slot that <paramref name="current"/> gives.</summary>
    public abstract Delegate Getter(Func<int> current);

    public static LookAheadColumn Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(VectorValues<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Values<>).MakeGenericType(column.Type.RawType);
        return (LookAheadColumn)Activator.CreateInstance(type, input, column, capacity)!;
    }

    private sealed class Values<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : LookAheadColumn
    {
        private readonly ValueGetter<T> _source = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];

        // A fresh variable each time: an image handed out earlier must not be disposed by its source.
        public override void Read(int slot)
        {
            T value = default!;
            _source(ref value);
            _values[slot] = value;
        }

        public override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
    }

    private sealed class VectorValues<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : LookAheadColumn
    {
        private readonly ValueGetter<VBuffer<T>> _source = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        public override void Read(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> current) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
    }
}
