using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The memory in which a <see cref="DirectGraph"/> computes an image, and the threads' way through its steps.</summary>
/// <remarks>
/// Threads that have joined take items of a step until none is left, and go on to the next step when the last one is done: nobody waits for a thread that
/// has not come, which then finds nothing to do.
/// </remarks>
internal sealed unsafe class DirectRun : ITeamWork
{
    private const int Line = 16;       // numbers of a pair of cache lines, so that counters of two steps do not share one
    private const int SpinsAtOnce = 8;
    private const int SpinsToYield = 2000; // about half a millisecond: longer than an item of a step

    private readonly DirectStep[] _steps;
    private readonly int[] _items;
    private readonly int[] _ends;  // of the steps that are done as one item: those behind it that have one item alone
    private readonly long[] _next; // by step, Line apart
    private readonly long[] _done;
    private readonly float[] _memory;
    private readonly int _start;
    private readonly long _scratchEach;
    private float[] _scratch = [];
    private int _scratchStart;

    private float* _image;
    private int _threads;
    private int _joined;
    private int _preparedFor;
    private ExceptionDispatchInfo? _failure;

    public DirectRun(DirectStep[] steps, long memory)
    {
        _steps = steps;
        (_items, _ends) = (new int[steps.Length], new int[steps.Length]);
        (_next, _done) = (new long[(steps.Length + 1) * Line], new long[(steps.Length + 1) * Line]);
        _memory = AlignedMemory.Allocate(memory, out _start);
        _scratchEach = (steps.Max(step => step.Scratch) + 2 * Line) / Line * Line;
    }

    /// <summary>Where a value lies.</summary>
    public float* Memory => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, _start);

    /// <summary>Computes an image.</summary>
    /// <param name="image">Height × width × channels.</param>
    /// <param name="threads">The most that may work at it, the calling one among them.</param>
    public void Compute(float* image, int threads)
    {
        Prepare(threads);
        _image = image;
        _joined = 0;
        _failure = null;
        Array.Clear(_next);
        Array.Clear(_done);
        if (threads == 1)
            Join();
        else
            LibtorchTeam.Join(this, threads);
        _failure?.Throw();
    }

    /// <inheritdoc/>
    public void Join()
    {
        var thread = Interlocked.Increment(ref _joined) - 1;
        if (thread >= _threads)
            return;
        try
        {
            var scratch = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_scratch, _scratchStart) + thread * _scratchEach;
            for (var step = 0; step < _steps.Length; step = _ends[step])
                Join(step, new(Memory, scratch, _image));
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null); // lets those go who wait
        }
    }

    private void Join(int step, in StepPlace place)
    {
        var items = _items[step];
        ref var next = ref _next[step * Line];
        ref var done = ref _done[step * Line];
        while (Volatile.Read(ref next) < items)
        {
            var item = (int)Interlocked.Increment(ref next) - 1;
            if (item >= items)
                break;
            _steps[step].Run(item, items, place);
            for (var other = step + 1; other < _ends[step]; other++)
                _steps[other].Run(0, 1, place);
            Interlocked.Increment(ref done);
        }
        for (var spins = 0; Volatile.Read(ref done) < items && Volatile.Read(ref _failure) is null; spins++)
        {
            if (spins < SpinsToYield)
                Thread.SpinWait(SpinsAtOnce);
            else
                Thread.Yield(); // another process has the core that is waited for
        }
    }

    private void Prepare(int threads)
    {
        _threads = threads;
        if (_preparedFor == threads)
            return;
        for (var step = 0; step < _steps.Length; step++)
            _items[step] = _steps[step].Items(threads);
        for (var step = _steps.Length - 1; step >= 0; step--)
            _ends[step] = _items[step] == 1 && step + 1 < _steps.Length && _items[step + 1] == 1 ? _ends[step + 1] : step + 1;
        if (_scratch.Length < threads * _scratchEach)
            _scratch = AlignedMemory.Allocate(threads * _scratchEach, out _scratchStart);
        _preparedFor = threads;
    }
}
