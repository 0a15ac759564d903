using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>The values of one input column for the rows that were read ahead.</summary>
/// <remarks>A value that cannot be had (a file's bytes, say) is an error for whoever asks for it, as in any cursor; not the end of the rows.</remarks>
internal abstract class LookAheadColumn(int capacity)
{
    private readonly ExceptionDispatchInfo?[] _failures = new ExceptionDispatchInfo?[capacity];

    /// <summary>Keeps the cursor's current value in a slot.</summary>
    public void Read(int slot)
    {
        _failures[slot] = null;
        try
        {
            ReadValue(slot);
        }
        catch (Exception e)
        {
            _failures[slot] = ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>A getter of the value in the slot that <paramref name="current"/> gives.</summary>
    public abstract Delegate Getter(Func<int> current);

    public static LookAheadColumn Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(VectorValues<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(Values<>).MakeGenericType(column.Type.RawType);
        return (LookAheadColumn)Activator.CreateInstance(type, input, column, capacity)!;
    }

    protected abstract void ReadValue(int slot);

    private int Checked(int slot)
    {
        _failures[slot]?.Throw();
        return slot;
    }

    private sealed class Values<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : LookAheadColumn(capacity)
    {
        private readonly ValueGetter<T> _source = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];

        // A fresh variable each time: an image handed out earlier must not be disposed by its source.
        protected override void ReadValue(int slot)
        {
            T value = default!;
            _source(ref value);
            _values[slot] = value;
        }

        public override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[Checked(current())]);
    }

    private sealed class VectorValues<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : LookAheadColumn(capacity)
    {
        private readonly ValueGetter<VBuffer<T>> _source = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        protected override void ReadValue(int slot) => _source(ref _values[slot]);

        public override Delegate Getter(Func<int> current) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[Checked(current())].CopyTo(ref value));
    }
}
