using System.Runtime.InteropServices;
using System.Text;

namespace Ml.Cnn.Trainers.Collectives.Mpi;

/// <summary>What processes tell each other beside their work, so that one that waits too long can say for whom.</summary>
/// <remarks>Who waits tells all others where; who fails or leaves tells them, too. Nobody needs to listen, and who does not wait does not.</remarks>
internal sealed unsafe class RollCall
{
    private const int Tag = 7001;
    private const int LongestMessage = 4096; // bytes; short enough to be sent before anybody asks for it
    private const int StatusSize = 64; // more than any implementation's MPI_Status has

    private readonly MpiLibrary _mpi;
    private readonly GroupMember[] _members;
    private readonly int _rank;
    private readonly Notice[] _heard; // of each, the last but that it leaves
    private readonly bool[] _leaves;
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(LongestMessage);
    private readonly nint _status = (nint)NativeMemory.AllocZeroed(StatusSize);
    private readonly List<(nint Request, nint Copy)> _sendings = []; // that may not have left this process yet

    /// <param name="mpi">Carries the messages.</param>
    /// <param name="members">All processes.</param>
    /// <param name="rank">This one's.</param>
    public RollCall(MpiLibrary mpi, GroupMember[] members, int rank)
    {
        (_mpi, _members, _rank) = (mpi, members, rank);
        _heard = [.. members.Select(_ => new Notice(Kind.Nothing, 0, 0, ""))];
        _leaves = new bool[members.Length];
    }

    private enum Kind : byte
    {
        Nothing,
        Waits,
        Failed,
        Leaves,
    }

    /// <summary>Whether every other process has said that it leaves.</summary>
    public bool AllLeave => _leaves.Index().All(one => one.Index == _rank || one.Item);

    /// <summary>Whether all that was said has left this process. MPI goes on with it when it is asked: whoever ends asks until then.</summary>
    public bool HasSaid
    {
        get
        {
            _sendings.RemoveAll(HasLeft);
            return _sendings.Count == 0;
        }
    }

    /// <summary>The first of the others that is known to have ended; null: none.</summary>
    public GroupMember? Ended => Array.Find(_members, member => member.Rank != _rank && !_leaves[member.Rank]
        && member.HasEnded(_members[_rank]));

    /// <summary>Tells all others that this process waits for them.</summary>
    /// <param name="training">Trainings so far.</param>
    /// <param name="operation">The number of what it waits in.</param>
    public void TellWaits(int training, long operation) => Send(new(Kind.Waits, training, operation, ""));

    /// <summary>Tells all others that this process has failed.</summary>
    public void TellFailed(int training, string reason) => Send(new(Kind.Failed, training, 0, reason));

    /// <summary>Tells all others that this process is about to end.</summary>
    public void TellLeaves() => Send(new(Kind.Leaves, 0, 0, ""));

    /// <summary>Takes in what the others have said.</summary>
    public void Listen()
    {
        foreach (var member in _members)
        {
            int came;
            while (member.Rank != _rank && _mpi.BeginProbe(member.Rank, Tag, _mpi.Handles.World, &came, _status) == 0 && came != 0)
            {
                new Span<byte>(_buffer, LongestMessage).Clear();
                _mpi.Receive((nint)_buffer, LongestMessage, _mpi.Handles.Byte, member.Rank, Tag, _mpi.Handles.World, _status);
                var notice = Notice.Read(new(_buffer, LongestMessage));
                if (notice.Kind == Kind.Leaves)
                    _leaves[member.Rank] = true;
                else
                    _heard[member.Rank] = notice;
            }
        }
    }

    /// <summary>Why there is nothing to wait for any more, as far as the others have said; null: there is.</summary>
    /// <param name="training">Trainings so far.</param>
    public string? Bad(int training)
    {
        foreach (var (rank, notice) in _heard.Index())
        {
            if (notice.Kind == Kind.Failed && notice.Training == training)
                return GroupFailureException.Failed(_members[rank], notice.Text);
            if (_leaves[rank])
                return GroupFailureException.EndedEarly(_members[rank]);
        }
        return Ended is { } gone ? GroupFailureException.IsGone(gone) : null;
    }

    /// <summary>Those that have not said that they wait, too.</summary>
    /// <param name="training">Trainings so far.</param>
    /// <param name="operation">What this process waits in.</param>
    public IReadOnlyList<GroupMember> Missing(int training, long operation) =>
        [.. _members.Where(member => member.Rank != _rank && !HasCome(_heard[member.Rank], training, operation))];

    private static bool HasCome(Notice heard, int training, long operation) =>
        heard.Kind == Kind.Waits && (heard.Training, heard.Operation).CompareTo((training, operation)) >= 0;

    // Left to be sent: a message of this size leaves without anybody's asking for it, and who ends does not wait for those that do not listen.
    private void Send(Notice notice)
    {
        var bytes = notice.Write();
        foreach (var member in _members.Where(member => member.Rank != _rank))
        {
            var copy = (nint)NativeMemory.Alloc((nuint)bytes.Length);
            bytes.CopyTo(new Span<byte>((void*)copy, bytes.Length));
            nint request;
            _mpi.BeginSend(copy, bytes.Length, _mpi.Handles.Byte, member.Rank, Tag, _mpi.Handles.World, &request);
            _sendings.Add((request, copy));
        }
    }

    private bool HasLeft((nint Request, nint Copy) sending)
    {
        int isDone;
        if (_mpi.Test(&sending.Request, &isDone, _status) != 0 || isDone == 0)
            return false;
        NativeMemory.Free((void*)sending.Copy);
        return true;
    }

    private readonly record struct Notice(Kind Kind, int Training, long Operation, string Text)
    {
        private const int HeadSize = 1 + sizeof(int) + sizeof(long);

        public byte[] Write()
        {
            var text = Encoding.UTF8.GetBytes(Text);
            var bytes = new byte[Math.Min(LongestMessage - 1, HeadSize + text.Length)]; // a 0 follows
            bytes[0] = (byte)Kind;
            BitConverter.TryWriteBytes(bytes.AsSpan(1), Training);
            BitConverter.TryWriteBytes(bytes.AsSpan(1 + sizeof(int)), Operation);
            text.AsSpan(0, bytes.Length - HeadSize).CopyTo(bytes.AsSpan(HeadSize));
            return bytes;
        }

        public static Notice Read(ReadOnlySpan<byte> bytes)
        {
            var text = bytes[HeadSize..];
            return new((Kind)bytes[0], BitConverter.ToInt32(bytes[1..]), BitConverter.ToInt64(bytes[(1 + sizeof(int))..]),
                Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]));
        }
    }
}
