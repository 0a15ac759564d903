using System.Globalization;
using System.Text;

namespace Ml.Cnn.Trainers.Collectives.Stores;

/// <summary>What processes tell each other beside their work, by a connection of its own, so that one that waits too long can say for whom.</summary>
/// <param name="store">Of this class alone: the other one may be waiting.</param>
/// <param name="prefix">Of all keys.</param>
internal sealed class StoreRollCall(TcpStore store, string prefix)
{
    private readonly Lock _lock = new();

    /// <summary>Tells all others that this process has failed. Only what the first one says is of use.</summary>
    /// <param name="training">Trainings so far.</param>
    /// <param name="rank">This process's.</param>
    /// <param name="reason">Why.</param>
    public void TellFailed(int training, int rank, string reason)
    {
        const int Longest = 4096; // characters
        lock (_lock)
        {
            if (!store.Has(FailedKey(training)))
                store.Set(FailedKey(training), Encoding.UTF8.GetBytes(FormattableString.Invariant($"{rank} {reason[..Math.Min(Longest, reason.Length)]}")));
        }
    }

    /// <summary>Tells all others that this process is about to end.</summary>
    public void TellLeaves(int rank)
    {
        lock (_lock)
            store.Set(LeftKey(rank), [1]);
    }

    /// <summary>Whether a process has said that it leaves.</summary>
    public bool HasLeft(int rank)
    {
        lock (_lock)
            return store.Has(LeftKey(rank));
    }

    /// <summary>Those of which a key is not there.</summary>
    /// <param name="members">All processes.</param>
    /// <param name="keyOf">The key of each that is waited for; null: none.</param>
    public IReadOnlyList<GroupMember> Missing(IReadOnlyList<GroupMember> members, Func<int, string?> keyOf)
    {
        lock (_lock)
            return [.. members.Where(member => keyOf(member.Rank) is { } key && !store.Has(key))];
    }

    /// <summary>Why there is nothing to wait for any more; null: there is.</summary>
    /// <param name="training">Trainings so far.</param>
    /// <param name="members">All processes.</param>
    /// <param name="missing">Those that are waited for.</param>
    /// <param name="self">This process.</param>
    public string? Bad(int training, IReadOnlyList<GroupMember> members, IReadOnlyList<GroupMember> missing, GroupMember self)
    {
        lock (_lock)
        {
            if (store.Has(FailedKey(training)))
            {
                var said = Encoding.UTF8.GetString(store.Get(FailedKey(training))).Split(' ', 2);
                return GroupFailureException.Failed(members[int.Parse(said[0], CultureInfo.InvariantCulture)], said[1]);
            }
        }
        return missing.FirstOrDefault(member => HasLeft(member.Rank)) is { } left ? GroupFailureException.EndedEarly(left)
            : missing.FirstOrDefault(member => member.HasEnded(self)) is { } gone ? GroupFailureException.IsGone(gone)
            : null;
    }

    private string FailedKey(int training) => FormattableString.Invariant($"{prefix}/failed/{training}");

    private string LeftKey(int rank) => FormattableString.Invariant($"{prefix}/left/{rank}");
}
