using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Maps single rows, as a prediction engine asks for them.</summary>
internal sealed class ScoringRowMapper(DataViewSchema input, ImageMapper mapper) : IRowToRowMapper
{
    private readonly MappedSchema _schema = new(input, mapper);

    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => _schema.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => _schema.Dependencies(dependingColumns);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new MappedRow(_schema, input, mapper, activeColumns);

    private sealed class MappedRow : DataViewRow
    {
        private readonly MappedSchema _schema;
        private readonly DataViewRow _input;
        private readonly HashSet<int> _active;
        private readonly MappedRows? _rows;
        private readonly NetworkInputsPool _memories;
        private readonly ImageRowReader? _reader;
        private long _mapped = -1;

        public MappedRow(MappedSchema schema, DataViewRow input, ImageMapper mapper, IEnumerable<DataViewSchema.Column> active)
        {
            _schema = schema;
            _input = input;
            _memories = mapper.Singles;
            _active = [.. active.Select(c => c.Index)];
            if (!_active.Any(i => i >= schema.Input.Count))
                return;
            _rows = new MappedRows(mapper, mapper.Decoder(schema.Format), capacity: 1);
            // A row may offer less than its schema: the file's name only helps messages.
            var path = schema.Columns.Path is { } column && input.IsColumnActive(column) ? column : (DataViewSchema.Column?)null;
            _reader = new ImageRowReader(input, schema.Columns with { Path = path });
        }

        public override DataViewSchema Schema => _schema.Output;

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_schema.IsMapped(column))
                return _input.GetGetter<TValue>(_schema.Input[column.Index]);
            if (_rows is null || !IsColumnActive(column))
                throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column '{column.Name}' is not active in this row.");
            return _rows.Getter(_schema.PositionOf(column), Current) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"The column '{column.Name}' is of type {column.Type}, not {typeof(TValue)}.");
        }

        // All outputs come from one forward pass, made when the row has moved on.
        private int Current()
        {
            if (_mapped != _input.Position)
            {
                _reader!.Read(_rows![0]);
                var memory = _memories.Rent();
                try
                {
                    _rows.Decode(0, 1, memory, 0);
                    _rows.Compute(0, memory);
                }
                finally
                {
                    _memories.Return(memory);
                }
                _mapped = _input.Position;
            }
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }
    }
}
