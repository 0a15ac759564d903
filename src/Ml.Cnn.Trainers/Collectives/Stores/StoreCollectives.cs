using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Collectives.Nccl;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>Processes that torchrun started: small values go by way of its store, tensors on GPUs by NCCL.</summary>
/// <remarks>
/// Tensors in memory go by way of the store, too: each process adds up one part of them. All bytes pass through the one process that has the store, which is
/// slower than MPI where there are many processes.
/// </remarks>
internal sealed class StoreCollectives : ICollectives
{
    private const int LongestPart = 4 * 1024 * 1024; // bytes
    private static readonly TimeSpan s_timeToSay = TimeSpan.FromSeconds(4); // for the others, why they end

    private readonly TcpStore _store;
    private readonly StoreRollCall _rollCall;
    private readonly string _prefix;
    private readonly DeviceSums _onDevices;
    private readonly Queue<(long Operation, string Key)> _written = new(); // by this process; deleted when all have read them
    private GroupMember[] _members;
    private long _operation;
    private readonly GroupTrainings _trainings = new();

    /// <param name="connect">Makes a connection to the store.</param>
    /// <param name="prefix">Of the keys, which no other group has.</param>
    /// <param name="transport">As <see cref="Transport"/>.</param>
    /// <param name="rank">This process's.</param>
    /// <param name="world">How many there are.</param>
    public StoreCollectives(Func<TcpStore> connect, string prefix, string transport, int rank, int world)
    {
        (_store, _rollCall, _prefix, Transport, Rank, World) = (connect(), new(connect(), prefix), prefix, transport, rank, world);
        var self = GroupMember.Self(rank);
        _members = [.. Enumerable.Range(0, world).Select(one => one == rank ? self : new GroupMember(one, "a machine that is not known yet", 0, "", []))];
        _members = [.. this.Gather(self.ToLine()).Select(GroupMember.Parse)];
        LocalRank = _members.Count(member => member.Rank < rank && member.Host == self.Host);
        _onDevices = new(this);
    }

    public int Rank { get; }

    public int World { get; }

    public int LocalRank { get; }

    public IReadOnlyList<GroupMember> Members => _members;

    public string Transport { get; }

    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(10);

    public void BeginTraining() => _trainings.Begin();

    public void Fail(string reason)
    {
        if (_trainings.Fail(reason))
            TryTell(() => _rollCall.TellFailed(_trainings.Number, Rank, reason));
    }

    public void Gather(ReadOnlySpan<byte> mine, Span<byte> all)
    {
        Begin();
        Write(Key(Rank), mine);
        WaitForAll(Key);
        for (var rank = 0; rank < World; rank++)
        {
            var row = all.Slice(rank * mine.Length, mine.Length);
            if (rank == Rank)
                mine.CopyTo(row);
            else
                Read(rank, Key(rank), row);
        }
    }

    public void Sum(params IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
            SumOf(tensor);
    }

    public IConcurrentSums? Concurrent(Device device) => _onDevices.Concurrent(device);

    public void Broadcast(Span<byte> bytes, int root = 0)
    {
        for (var at = 0; at < bytes.Length; at += LongestPart)
        {
            Begin();
            var part = bytes.Slice(at, Math.Min(LongestPart, bytes.Length - at));
            if (Rank == root)
                Write(Key(root), part);
            else
                Read(root, Key(root), part);
        }
    }

    /// <summary>Before the process ends. The one that has the store waits for the others.</summary>
    /// <param name="hasStore">Whether that is this one.</param>
    public void Leave(bool hasStore)
    {
        TryTell(() => _rollCall.TellLeaves(Rank));
        var waiting = Stopwatch.StartNew();
        var others = _members.Where(member => member.Rank != Rank).ToList();
        while (hasStore && others.Count > 0 && waiting.Elapsed < (_trainings.Failure is null ? Patience : s_timeToSay))
        {
            others.RemoveAll(member => _rollCall.HasLeft(member.Rank) || member.HasEnded(_members[Rank]));
            Thread.Sleep(1);
        }
    }

    private delegate void Adding<T>(ReadOnlySpan<T> rows, Span<T> sums);

    private static void Add<T>(ReadOnlySpan<T> rows, Span<T> sums) where T : unmanaged, INumber<T>
    {
        rows[..sums.Length].CopyTo(sums);
        for (var at = sums.Length; at < rows.Length; at += sums.Length)
            System.Numerics.Tensors.TensorPrimitives.Add(sums, rows.Slice(at, sums.Length), sums);
    }

    // Each process adds up its part of the numbers, of all in the order of their ranks, and hands the sums to the others.
    private unsafe void Sum<T>(Span<T> numbers, Adding<T> add) where T : unmanaged
    {
        var longest = LongestPart / sizeof(T) * World;
        var rows = new T[Math.Min(longest, numbers.Length + World)];
        for (var at = 0; at < numbers.Length; at += longest)
        {
            var some = numbers.Slice(at, Math.Min(longest, numbers.Length - at));
            Begin();
            for (var rank = 0; rank < World; rank++)
            {
                if (rank != Rank)
                    Write(PartKey(Rank, rank), MemoryMarshal.AsBytes(Part(some, rank)));
            }
            WaitForAll(rank => PartKey(rank, Rank));
            var mine = Part(some, Rank);
            for (var rank = 0; rank < World; rank++)
            {
                var row = rows.AsSpan(rank * mine.Length, mine.Length);
                if (rank == Rank)
                    mine.CopyTo(row);
                else
                    Read(rank, PartKey(rank, Rank), MemoryMarshal.AsBytes(row));
            }
            add(rows.AsSpan(0, World * mine.Length), mine);
            Write(Key(Rank), MemoryMarshal.AsBytes(mine));
            for (var rank = 0; rank < World; rank++)
            {
                if (rank != Rank)
                    Read(rank, Key(rank), MemoryMarshal.AsBytes(Part(some, rank)));
            }
        }
    }

    private unsafe void SumOf(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            _onDevices.Sum(tensor);
            return;
        }
        var address = (void*)tensor.Address();
        var count = checked((int)tensor.numel());
        switch (tensor.dtype)
        {
            case ScalarType.Float32:
                Sum(new Span<float>(address, count), Add);
                break;
            case ScalarType.Float64:
                Sum(new Span<double>(address, count), Add);
                break;
            case ScalarType.BFloat16:
                Sum(new Span<ushort>(address, count), BFloat16Sum.Add);
                break;
            default:
                throw CollectiveValues.NoSumOf(tensor);
        }
        GC.KeepAlive(tensor); // its memory
    }

    private Span<T> Part<T>(Span<T> numbers, int rank)
    {
        var (begin, end) = ((int)((long)numbers.Length * rank / World), (int)((long)numbers.Length * (rank + 1) / World));
        return numbers[begin..end];
    }

    private string Key(int rank) => FormattableString.Invariant($"{_prefix}/{_operation}/{rank}");

    private string PartKey(int from, int to) => FormattableString.Invariant($"{_prefix}/{_operation}/{from}/{to}");

    private void Begin()
    {
        _trainings.RequireSound();
        _operation++;
    }

    private void Write(string key, ReadOnlySpan<byte> value)
    {
        _store.Set(key, value);
        _written.Enqueue((_operation, key));
    }

    private void Read(int rank, string key, Span<byte> value) => _store.Get(key, value, waited => Look(waited, one => one == rank ? key : null));

    // Whoever is in an operation has read all of those before it.
    private void WaitForAll(Func<int, string> keyOf)
    {
        string[] keys = [.. Enumerable.Range(0, World).Where(rank => rank != Rank).Select(keyOf)];
        _store.Wait(keys, waited => Look(waited, rank => rank == Rank ? null : keyOf(rank)));
        while (_written.TryPeek(out var oldest) && oldest.Operation < _operation)
            _store.Delete(_written.Dequeue().Key);
    }

    private void Look(TimeSpan waited, Func<int, string?> keyOf)
    {
        var missing = _rollCall.Missing(_members, keyOf);
        var bad = _rollCall.Bad(_trainings.Number, _members, missing, _members[Rank])
            ?? (waited > Patience ? GroupFailureException.Late(missing, Patience) : null);
        if (bad is null)
            return;
        throw _trainings.End(GroupFailureException.Waited(Rank, waited, bad));
    }

    private static void TryTell(Action tell)
    {
        try
        {
            tell();
        }
        catch (GroupFailureException)
        {
            // Nobody is there to be told.
        }
    }
}
