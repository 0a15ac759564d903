using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>
/// Batches of rows, read and mapped ahead of the one who reads them: while that one works at a batch, the next is read, decoded and computed on a thread
/// of its own. The first batch is made on the caller's thread, so that nobody who wants a few rows waits for more.
/// </summary>
/// <remarks>
/// There is room for <see cref="Rounds"/> batches, used in turn: one that is read, one that is ready and one that is made. A slot is a row's place among
/// all of them. Images are decoded on all cores between two forward passes rather than beside one: a network's threads wait for one another spinning, and
/// a core that decodes meanwhile holds all of them up.
/// </remarks>
internal sealed class ScoringAhead : IDisposable
{
    private const int Rounds = 3;

    // Bytes of the images as they come, in a batch: other columns may hold them on until the batch has been read.
    private const long LargestContent = 64L << 20;

    private readonly DataViewRowCursor _input;
    private readonly LookAheadColumn[] _passedThrough;
    private readonly ImageRowReader _reader;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly MappedRows _mapped;
    private readonly NetworkInputs _inputs;
    private readonly (DataViewRowId Id, long Batch)[] _places;
    private readonly int[] _counts = new int[Rounds];
    private readonly bool[] _isLast = new bool[Rounds];
    private readonly int _batchSize;
    private readonly SemaphoreSlim _free = new(Rounds - 1); // the first is filled by the caller
    private readonly SemaphoreSlim _ready = new(0);
    private readonly ExceptionDispatchInfo?[] _failures = new ExceptionDispatchInfo?[Rounds];
    private Thread? _thread;
    private IDisposable? _keptMemory;
    private volatile bool _isCanceled;
    private int _round = -1;

    /// <param name="input">The rows; disposed with this.</param>
    /// <param name="mapper">Maps them.</param>
    /// <param name="passedThrough">The columns that come along, with as many slots as <see cref="Slots"/> says.</param>
    /// <param name="mapped">The images, likewise.</param>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="columns">Where the images are.</param>
    public ScoringAhead(DataViewRowCursor input, ImageMapper mapper, IEnumerable<LookAheadColumn> passedThrough, MappedRows mapped, int batchSize,
        ImageColumns columns)
    {
        (_input, _mapped, _batchSize) = (input, mapped, batchSize);
        _passedThrough = [.. passedThrough];
        _reader = new ImageRowReader(input, columns);
        _inputId = input.GetIdGetter();
        _inputs = mapper.NewInputs();
        _places = new (DataViewRowId, long)[Slots(batchSize)];
    }

    /// <summary>How many rows there must be room for.</summary>
    public static int Slots(int batchSize) => Rounds * batchSize;

    /// <summary>Where a row came from.</summary>
    public (DataViewRowId Id, long Batch) Place(int slot) => _places[slot];

    /// <summary>Goes on to the next batch; the slots of the one before are filled anew from now on.</summary>
    /// <returns>The first slot and the number of rows, 0 at the end.</returns>
    public (int First, int Count) Next()
    {
        if (_round < 0)
        {
            _round = 0;
            Fill(0);
            return (0, _counts[0]);
        }
        _failures[_round]?.Throw(); // once more: the thread has ended
        if (_isLast[_round])
            return (0, 0);
        if (_thread is null)
        {
            _keptMemory = GlibcAllocator.KeepFreedMemory(); // for batches of many images: each takes and frees the same large blocks
            _thread = new Thread(RunAhead) { IsBackground = true, Name = "MlCnn scoring" };
            _thread.Start();
        }
        else
        {
            _free.Release();
        }
        _ready.Wait();
        _round = (_round + 1) % Rounds;
        _failures[_round]?.Throw();
        return (_round * _batchSize, _counts[_round]);
    }

    /// <summary>Ends the thread without waiting for it. Does nothing after <see cref="Dispose"/>.</summary>
    public void Cancel()
    {
        if (_isCanceled)
            return;
        _isCanceled = true;
        _free.Release();
        _keptMemory?.Dispose();
    }

    public void Dispose()
    {
        if (_isCanceled)
            return; // ML.NET disposes a cursor more than once
        Cancel();
        _thread?.Join();
        _input.Dispose();
        _inputs.Dispose();
        _free.Dispose();
        _ready.Dispose();
    }

    private void RunAhead()
    {
        for (var round = 1; ; round = (round + 1) % Rounds)
        {
            _free.Wait();
            if (_isCanceled)
                return;
            try
            {
                Fill(round);
            }
            catch (Exception e)
            {
                _failures[round] = ExceptionDispatchInfo.Capture(e); // for who comes to this batch; those before it are given out
            }
            _ready.Release();
            if (_failures[round] is not null || _isLast[round])
                return;
        }
    }

    private void Fill(int round)
    {
        var (first, count, bytes, isLast) = (round * _batchSize, 0, 0L, false);
        _inputs.Reserve(_batchSize);
        while (count < _batchSize && bytes < LargestContent && !isLast)
        {
            var read = 0; // in a row, to be decoded together
            while (read < MappedRows.DecodedAtOnce && count + read < _batchSize && !(isLast = _isCanceled || !_input.MoveNext()))
                bytes += Read(first + count + read++);
            _mapped.Decode(first + count, read, _inputs, count);
            count += read;
        }
        _inputs.Keep(count);
        if (count > 0 && !_isCanceled)
            _mapped.Compute(first, _inputs);
        (_counts[round], _isLast[round]) = (count, isLast);
    }

    private long Read(int slot)
    {
        foreach (var column in _passedThrough)
            column.Read(slot);
        _inputId(ref _places[slot].Id);
        _places[slot].Batch = _input.Batch;
        _reader.Read(_mapped[slot]);
        return _mapped[slot].Content.Stored.Length;
    }
}
