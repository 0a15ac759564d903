using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Reads a batch of rows ahead, maps them in one forward pass, and gives them out one by one.</summary>
internal sealed class ScoringCursor : DataViewRowCursor
{
    /// <summary>Rows per forward pass.</summary>
    public const int BatchSize = 32;

    private readonly MappedSchema _schema;
    private readonly DataViewRowCursor _input;
    private readonly HashSet<int> _active;
    private readonly Dictionary<int, LookAheadColumn> _passedThrough = [];
    private readonly ImageRowReader _reader;
    private readonly MappedRows _mapped;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly (DataViewRowId Id, long Batch)[] _places = new (DataViewRowId, long)[BatchSize];
    private int _count;
    private int _slot = -1;
    private long _position = -1;
    private bool _atEnd;

    public ScoringCursor(MappedSchema schema, DataViewRowCursor input, ImageMapper mapper, ImageRowDecoder decoder, IEnumerable<DataViewSchema.Column> active)
    {
        _schema = schema;
        _input = input;
        _active = [.. active.Select(c => c.Index)];
        foreach (var index in _active.Where(i => i < schema.Input.Count))
            _passedThrough[index] = LookAheadColumn.Create(input, input.Schema[index], BatchSize);
        _reader = new ImageRowReader(input, schema.Columns);
        _mapped = new MappedRows(mapper, decoder, BatchSize);
        _inputId = input.GetIdGetter();
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _position;

    public override long Batch => _slot >= 0 ? _places[_slot].Batch : 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (_atEnd)
            return false;
        if (++_slot >= _count)
        {
            ReadAhead();
            _slot = _count > 0 ? 0 : -1;
        }
        _atEnd = _count == 0;
        _position = _atEnd ? -1 : _position + 1;
        return !_atEnd;
    }

    private void ReadAhead()
    {
        for (_count = 0; _count < BatchSize && _input.MoveNext(); _count++)
        {
            foreach (var column in _passedThrough.Values)
                column.Read(_count);
            _inputId(ref _places[_count].Id);
            _places[_count].Batch = _input.Batch;
            _reader.Read(_mapped[_count]);
        }
        if (_count > 0)
            _mapped.Map(_count);
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        var getter = _schema.IsMapped(column)
            ? _mapped.Getter(_schema.PositionOf(column), Current)
            : _passedThrough.TryGetValue(column.Index, out var passed) ? passed.Getter(Current) : null;
        if (getter is null || !IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column '{column.Name}' is not active in this cursor.");
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _places[Current()].Id;

    private int Current() => _slot >= 0 ? _slot : throw new InvalidOperationException("The cursor is not on a row: call MoveNext first.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
            _mapped.Dispose();
        }
        base.Dispose(disposing);
    }
}
