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
/// There is room for three batches, used in turn: one that is read, one that is ready and one that is made; on a GPU, one more is decoded while that one is
/// computed. A slot is a row's place among all of them. Images are decoded on all cores between two forward passes rather than beside one: a network's
/// threads wait for one another spinning, and a core that decodes meanwhile holds all of them up.
/// </remarks>
internal sealed class ScoringAhead : IDisposable
{
    // Bytes of the images as they come, in a batch: other columns may hold them on until the batch has been read.
    private const long LargestContent = 64L << 20;

    private readonly DataViewRowCursor _input;
    private readonly LookAheadColumn[] _passedThrough;
    private readonly ImageRowReader _reader;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly MappedRows _mapped;
    private readonly NetworkInputs[] _inputs; // one for each batch in flight
    private readonly (DataViewRowId Id, long Batch)[] _places;
    private readonly int[] _counts;
    private readonly bool[] _isLast;
    private readonly int _batchSize;
    private readonly int _rounds;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _ready = new(0);
    private readonly ExceptionDispatchInfo?[] _failures;
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
        _inputs = [.. Enumerable.Range(0, mapper.BatchesInFlight).Select(_ => mapper.NewInputs())];
        _rounds = Rounds(mapper);
        (_counts, _isLast, _failures) = (new int[_rounds], new bool[_rounds], new ExceptionDispatchInfo?[_rounds]);
        _free = new(_rounds - 1); // the first is filled by the caller
        _places = new (DataViewRowId, long)[_rounds * batchSize];
    }

    /// <summary>How many rows there must be room for.</summary>
    public static int Slots(ImageMapper mapper) => Rounds(mapper) * mapper.BatchSize;

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
            Compute(0);
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
        _round = (_round + 1) % _rounds;
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
        foreach (var inputs in _inputs)
            inputs.Dispose();
        _free.Dispose();
        _ready.Dispose();
    }

    private static int Rounds(ImageMapper mapper) => 2 + mapper.BatchesInFlight;

    // The batches that are in flight at a time have inputs of their own: there are twice as many rounds, or more.
    private NetworkInputs Inputs(int round) => _inputs[round % _inputs.Length];

    private void RunAhead()
    {
        var open = new Queue<int>(); // batches that were begun, the oldest first
        for (var round = 1; ; round = (round + 1) % _rounds)
        {
            if (!_free.Wait(0))
            {
                if (!TryGiveOut(open, leave: 0)) // rather than keep it while the reader is behind
                    return;
                _free.Wait();
            }
            if (_isCanceled)
                return;
            var next = round;
            var isEnd = !Try(next, () => Fill(next)) || _isLast[next];
            open.Enqueue(next);
            if (!TryGiveOut(open, leave: isEnd ? 0 : _inputs.Length - 1) || isEnd)
                return;
        }
    }

    // Computes the oldest batches until so many are left. After one that failed there is none.
    private bool TryGiveOut(Queue<int> open, int leave)
    {
        while (open.Count > leave)
        {
            var round = open.Dequeue();
            var isComputed = _failures[round] is null && Try(round, () => Compute(round));
            _ready.Release();
            if (!isComputed)
                return false;
        }
        return true;
    }

    // An error is for who comes to this batch; those before it are given out.
    private bool Try(int round, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            _failures[round] = ExceptionDispatchInfo.Capture(e);
            return false;
        }
    }

    private void Fill(int round)
    {
        var inputs = Inputs(round);
        var (first, count, bytes, isLast) = (round * _batchSize, 0, 0L, false);
        inputs.Reserve(_batchSize);
        while (count < _batchSize && bytes < LargestContent && !isLast)
        {
            var read = 0; // in a row, to be decoded together
            while (read < MappedRows.DecodedAtOnce && count + read < _batchSize && !(isLast = _isCanceled || !_input.MoveNext()))
                bytes += Read(first + count + read++);
            _mapped.Decode(first + count, read, inputs, count);
            count += read;
        }
        inputs.Keep(count);
        if (_inputs.Length > 1 && !_isCanceled)
            _mapped.Launch(inputs);
        (_counts[round], _isLast[round]) = (count, isLast);
    }

    private void Compute(int round)
    {
        if (Inputs(round).Count > 0 && !_isCanceled)
            _mapped.Compute(round * _batchSize, Inputs(round));
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
