using System.Diagnostics;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Collectives.Nccl;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>Processes that a launcher of MPI started, and tensors in their memory: MPI's own functions do the work.</summary>
/// <remarks>
/// Who waits for others asks MPI again and again, and sleeps in between: MPI's own waiting takes a core. Only what all have come for is done by functions that
/// return when it is over, since they are the faster ones for large tensors.
/// </remarks>
internal sealed unsafe class MpiCollectives : ICollectives
{
    private const long Small = 1 << 20; // bytes; up to there a sum is as fast when it is asked for again and again
    private const int StatusSize = 64;
    private const int LongestCount = 1 << 28; // numbers at a time: MPI counts in 32 bits
    private static readonly TimeSpan s_yielding = TimeSpan.FromMilliseconds(2); // then a waiting process sleeps
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromSeconds(1); // at what the others say

    private static readonly TimeSpan s_timeToSay = TimeSpan.FromSeconds(4); // for the others, why they end

    private readonly MpiLibrary _mpi;
    private readonly RollCall? _rollCall;
    private readonly DeviceSums _onDevices;
    private readonly nint _status = (nint)NativeMemory.AllocZeroed(StatusSize);
    private readonly NativeBuffer _mine = new(); // MPI may still write to them when waiting has been given up: never freed
    private readonly NativeBuffer _all = new();
    private long _operation;
    private readonly GroupTrainings _trainings = new();

    /// <param name="mpi">Initialized.</param>
    public MpiCollectives(MpiLibrary mpi)
    {
        _mpi = mpi;
        int number;
        mpi.Rank(mpi.Handles.World, &number);
        Rank = number;
        mpi.Size(mpi.Handles.World, &number);
        World = number;
        var self = GroupMember.Self(Rank);
        GroupMember[] members = [.. this.Gather(self.ToLine()).Select(GroupMember.Parse)];
        Members = members;
        LocalRank = members.Count(member => member.Rank < Rank && member.Host == self.Host);
        Transport = mpi.Version;
        _rollCall = new(mpi, members, Rank);
        _onDevices = new(this);
    }

    public int Rank { get; }

    public int World { get; }

    public int LocalRank { get; }

    public string Transport { get; }

    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(10);

    public IReadOnlyList<GroupMember> Members { get; } = [];

    public void BeginTraining() => _trainings.Begin();

    public void Gather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        var (from, to) = (_mine.Of(mine.Length), _all.Of(all.Length));
        mine.CopyTo(new((void*)from, mine.Length));
        nint request;
        _mpi.BeginAllGather(from, mine.Length, _mpi.Handles.Byte, to, mine.Length, _mpi.Handles.Byte, _mpi.Handles.World, &request);
        Await(request);
        new Span<byte>((void*)to, all.Length).CopyTo(all);
    }

    public void Sum(params IReadOnlyList<Tensor> tensors)
    {
        var haveMet = false;
        foreach (var tensor in tensors)
        {
            if (tensor.device_type != DeviceType.CPU)
            {
                _onDevices.Sum(tensor);
                continue;
            }
            var isSmall = tensor.dtype != ScalarType.BFloat16 && tensor.numel() * tensor.element_size() <= Small;
            if (!isSmall && !haveMet)
                Meet();
            haveMet |= !isSmall;
            if (tensor.dtype == ScalarType.BFloat16)
                SumBFloat16((ushort*)tensor.Address(), tensor.numel());
            else
                SumOf(tensor, isSmall);
            GC.KeepAlive(tensor); // its memory
        }
    }

    public IConcurrentSums? Concurrent(Device device) => _onDevices.Concurrent(device);

    public void Broadcast(Span<byte> bytes, int root = 0)
    {
        Meet();
        fixed (byte* first = bytes)
        {
            var address = (nint)first;
            for (var at = 0; at < bytes.Length; at += LongestCount)
            {
                var (from, count) = (address + at, Math.Min(LongestCount, bytes.Length - at));
                Watched(() => _mpi.Broadcast(from, count, _mpi.Handles.Byte, root, _mpi.Handles.World));
            }
        }
    }

    public void Fail(string reason)
    {
        if (_trainings.Fail(reason))
            _rollCall?.TellFailed(_trainings.Number, reason);
    }

    /// <summary>Before the process ends: waits for the others, and takes leave of MPI; where that is no use, ends all of them.</summary>
    public void Leave()
    {
        _rollCall!.TellLeaves();
        var waiting = Stopwatch.StartNew();
        while (!_rollCall.HasSaid || !_rollCall.AllLeave)
        {
            _rollCall.Listen();
            if (_rollCall.Ended is not null || (_trainings.Failure is not null && waiting.Elapsed > s_timeToSay))
            {
                _mpi.Abort(_mpi.Handles.World, 1);
                return;
            }
            Thread.Sleep(waiting.Elapsed < s_betweenLooks ? 1 : 20);
        }
        if (_trainings.Failure is null)
            MpiFarewell.Finish(() => _mpi.Finish());
        else
            _mpi.Abort(_mpi.Handles.World, 1); // what was begun and never ended would be waited for
    }

    private void SumOf(Tensor tensor, bool isSmall)
    {
        var (type, size) = tensor.dtype switch
        {
            ScalarType.Float32 => (_mpi.Handles.Float, sizeof(float)),
            ScalarType.Float64 => (_mpi.Handles.Double, sizeof(double)),
            _ => throw CollectiveValues.NoSumOf(tensor),
        };
        if (isSmall)
            SumSmall(tensor.Address(), (int)tensor.numel(), type, (int)tensor.numel() * size);
        else
            SumLarge(tensor.Address(), tensor.numel(), type, size);
    }

    private void SumSmall(nint address, int count, nint type, int bytes)
    {
        var copy = _mine.Of(bytes);
        Buffer.MemoryCopy((void*)address, (void*)copy, bytes, bytes);
        nint request;
        _mpi.BeginAllReduce(_mpi.Handles.InPlace, copy, count, type, _mpi.Handles.Sum, _mpi.Handles.World, &request);
        Await(request);
        Buffer.MemoryCopy((void*)copy, (void*)address, bytes, bytes);
    }

    private void SumLarge(nint address, long count, nint type, int size)
    {
        for (long at = 0; at < count; at += LongestCount)
        {
            var (from, some) = (address + (nint)(at * size), (int)Math.Min(LongestCount, count - at));
            Watched(() => _mpi.AllReduce(_mpi.Handles.InPlace, from, some, type, _mpi.Handles.Sum, _mpi.Handles.World));
        }
    }

    // MPI knows no bfloat16. Every rank adds up a part of the numbers, in float32, and hands the rounded sums to all: half the bytes of float32.
    private void SumBFloat16(ushort* numbers, long count)
    {
        var part = (int)Math.Min((count + World - 1) / World, LongestCount / World);
        var theirs = (ushort*)_all.Of((long)part * World * sizeof(ushort));
        var sums = (ushort*)_mine.Of((long)part * World * sizeof(ushort));
        for (long at = 0; at < count; at += (long)part * World)
        {
            var some = Math.Min((long)part * World, count - at);
            var padded = new Span<ushort>(sums, part * World);
            new Span<ushort>(numbers + at, (int)some).CopyTo(padded);
            padded[(int)some..].Clear();
            var bytes = part * sizeof(ushort);
            Watched(() => _mpi.AllToAll((nint)sums, bytes, _mpi.Handles.Byte, (nint)theirs, bytes, _mpi.Handles.Byte, _mpi.Handles.World));
            BFloat16Sum.Add(new(theirs, part * World), new(sums, part));
            Watched(() => _mpi.AllGather((nint)sums, bytes, _mpi.Handles.Byte, (nint)theirs, bytes, _mpi.Handles.Byte, _mpi.Handles.World));
            new Span<ushort>(theirs, (int)some).CopyTo(new Span<ushort>(numbers + at, (int)some));
        }
    }

    // All have come, so that what follows at once takes no longer than its bytes, and a function that spins spins no longer.
    private void Meet()
    {
        Span<byte> mine = [0], all = stackalloc byte[World];
        Gather(mine, all);
    }

    private void Await(nint request)
    {
        _trainings.RequireSound();
        _operation++;
        var waiting = Stopwatch.StartNew();
        var (looks, hasTold) = (1, false);
        int isDone;
        while (_mpi.Test(&request, &isDone, _status) == 0 && isDone == 0)
        {
            if (waiting.Elapsed < s_yielding)
                Thread.Yield();
            else
                Thread.Sleep(1);
            if (_rollCall is null || waiting.Elapsed < looks * s_betweenLooks)
                continue;
            looks++;
            _rollCall.Listen();
            var bad = _rollCall.Bad(_trainings.Number);
            if (bad is null && !hasTold && waiting.Elapsed > Patience / 2)
            {
                _rollCall.TellWaits(_trainings.Number, _operation);
                hasTold = true;
            }
            if (bad is null && waiting.Elapsed > Patience)
                bad = GroupFailureException.Late(_rollCall.Missing(_trainings.Number, _operation), Patience);
            if (bad is null)
                continue;
            throw _trainings.End(GroupFailureException.Waited(Rank, waiting.Elapsed, bad));
        }
    }

    // A thread in such a function cannot be called back: where the others die meanwhile and no launcher notices, only the end of the process is left.
    private void Watched(Action function)
    {
        var begun = Stopwatch.StartNew();
        using var watch = new Timer(_ =>
        {
            if (begun.Elapsed < Patience && (_rollCall?.Ended is not { } gone || begun.Elapsed < 3 * s_betweenLooks))
                return;
            var failure = $"Rank {Rank} has waited {begun.Elapsed.TotalSeconds:0} s for data of the others"
                + $": {(_rollCall?.Ended is { } ended ? GroupFailureException.IsGone(ended) : "the network between them does not carry it.")}";
            _trainings.Fail(failure);
            Console.Error.WriteLine(failure);
            Environment.Exit(1);
        }, null, s_betweenLooks, s_betweenLooks);
        function();
    }

    /// <summary>Memory that grows and never moves while it is in use.</summary>
    private sealed class NativeBuffer
    {
        private nint _address;
        private long _size;

        public nint Of(long size)
        {
            if (size > _size)
                (_address, _size) = ((nint)NativeMemory.AlignedRealloc((void*)_address, (nuint)size, 64), size);
            return _address;
        }
    }
}
