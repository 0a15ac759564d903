using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Gives out row by row what <see cref="ScoringAhead"/> reads and maps batch by batch.</summary>
internal sealed class ScoringCursor : DataViewRowCursor
{
    private readonly MappedSchema _schema;
    private readonly HashSet<int> _active;
    private readonly Dictionary<int, LookAheadColumn> _passedThrough = [];
    private readonly MappedRows _mapped;
    private readonly ScoringAhead _ahead;
    private int _first;
    private int _count;
    private int _next;
    private long _position = -1;
    private bool _atEnd;

    public ScoringCursor(MappedSchema schema, DataViewRowCursor input, ImageMapper mapper, InputDecoder decoder, IEnumerable<DataViewSchema.Column> active)
    {
        _schema = schema;
        _active = [.. active.Select(c => c.Index)];
        var slots = ScoringAhead.Slots(mapper);
        foreach (var index in _active.Where(i => i < schema.Input.Count))
            _passedThrough[index] = LookAheadColumn.Create(input, input.Schema[index], slots);
        _mapped = new MappedRows(mapper, decoder, slots);
        _ahead = new ScoringAhead(input, mapper, _passedThrough.Values, _mapped, mapper.BatchSize, schema.Columns);
    }

    // A cursor that nobody disposed must not leave its thread waiting.
    ~ScoringCursor() => _ahead?.Cancel();

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _position;

    public override long Batch => _position >= 0 ? _ahead.Place(Current()).Batch : 0;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (_atEnd)
            return false;
        if (_next == _count)
        {
            (_first, _count) = _ahead.Next();
            _next = 0;
        }
        _next++;
        _atEnd = _count == 0;
        _position = _atEnd ? -1 : _position + 1;
        return !_atEnd;
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

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ahead.Place(Current()).Id;

    private int Current() => _position >= 0 ? _first + _next - 1 : throw new InvalidOperationException("The cursor is not on a row: call MoveNext first.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _ahead.Dispose();
        base.Dispose(disposing);
    }
}
