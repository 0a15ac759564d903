using Ml.Cnn.Trainers.Collectives;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Where threads that stand for processes meet: each hands over what it has, and waits for the others.</summary>
internal sealed class Meeting(int world) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // for a thread that failed and never comes

    private readonly byte[][] _bytes = new byte[world][];
    private readonly Tensor[] _tensors = new Tensor[world];
    private readonly Barrier _barrier = new(world);
    private volatile string? _failure;

    public int World => world;

    /// <summary>How often large or small tensors were summed: a training's gradients fill one bucket.</summary>
    public int Sums { get; private set; }

    /// <summary>How many sums were begun beside backward; null where none can be.</summary>
    public int? SumsBeside { get; set; }

    public ICollectives Of(int rank) => new Seat(this, rank);

    /// <summary>Does something in every rank, each on a thread of its own.</summary>
    public T[] Together<T>(Func<ICollectives, T> work)
    {
        var ranks = Enumerable.Range(0, world).Select(rank => Task.Factory.StartNew(() =>
        {
            var seat = Of(rank);
            try
            {
                return work(seat);
            }
            catch (Exception e)
            {
                seat.Fail(e.Message);
                throw;
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        return Task.WhenAll(ranks).GetAwaiter().GetResult();
    }

    public void Dispose() => _barrier.Dispose();

    private void Wait()
    {
        try
        {
            if (!_barrier.SignalAndWait(s_patience))
                throw new GroupFailureException("The other process did not come.");
        }
        catch (InvalidOperationException) when (_failure is { } failure) // fewer are left than have come
        {
            throw new GroupFailureException(failure);
        }
        if (_failure is { } reason)
            throw new GroupFailureException(reason);
    }

    private sealed class Seat(Meeting meeting, int rank) : ICollectives, IConcurrentSums
    {
        public int Rank => rank;
        public int World => meeting.World;
        public int LocalRank => rank;
        public IReadOnlyList<GroupMember> Members { get; } = [.. Enumerable.Range(0, meeting.World).Select(GroupMember.Self)];
        public string Transport => "threads";
        public TimeSpan Patience { get; set; }

        public void BeginTraining() { }

        public void Fail(string reason)
        {
            meeting._failure ??= reason;
            if (meeting._barrier.ParticipantCount > 0)
                meeting._barrier.RemoveParticipant();
        }

        public void Gather(ReadOnlySpan<byte> mine, Span<byte> all)
        {
            meeting._bytes[rank] = mine.ToArray();
            meeting.Wait();
            for (var i = 0; i < World; i++)
                meeting._bytes[i].CopyTo(all[(i * mine.Length)..]);
            meeting.Wait();
        }

        public void Sum(params IReadOnlyList<Tensor> tensors)
        {
            foreach (var tensor in tensors)
            {
                using var scope = NewDisposeScope();
                meeting._tensors[rank] = tensor;
                meeting.Wait();
                var sum = meeting._tensors.Select(one => one.to(float64)).Aggregate((a, b) => a.add(b));
                meeting.Wait();
                tensor.copy_(sum);
                if (rank == 0)
                    meeting.Sums++;
                meeting.Wait();
            }
        }

        public IConcurrentSums? Concurrent(Device device) => meeting.SumsBeside is null ? null : this;

        public void Begin(Tensor tensor)
        {
            if (rank == 0)
                meeting.SumsBeside++;
            Sum(tensor);
        }

        public void End() { }

        public void Broadcast(Span<byte> bytes, int root = 0)
        {
            if (rank == root)
                meeting._bytes[root] = bytes.ToArray();
            meeting.Wait();
            meeting._bytes[root].CopyTo(bytes);
            meeting.Wait();
        }
    }
}
