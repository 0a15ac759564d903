using System.Globalization;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Processes that work together cannot go on: one of them is gone, does not come, or failed.</summary>
internal sealed class GroupFailureException(string message) : InvalidOperationException(message)
{
    /// <summary>A process has waited in vain.</summary>
    /// <param name="rank">Its number.</param>
    /// <param name="waited">How long.</param>
    /// <param name="reason">Why it waits no longer: one of the texts below.</param>
    public static GroupFailureException Waited(int rank, TimeSpan waited, string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Rank {rank} waited {waited.TotalSeconds:0} s for the others: {reason}"));

    /// <summary>What a process said before it ended.</summary>
    public static string Failed(GroupMember member, string said) => $"{member} failed, and the others cannot go on without it. It said: {said}";

    public static string EndedEarly(GroupMember member) => $"{member} ended before the others.";

    public static string IsGone(GroupMember member) => $"{member} is gone: it was killed, or it crashed.";

    /// <summary>Nothing is known of those that do not come.</summary>
    /// <param name="missing">Them; none: the network is at fault.</param>
    /// <param name="patience">How long they were waited for.</param>
    public static string Late(IReadOnlyList<GroupMember> missing, TimeSpan patience) =>
        (missing.Count == 0 ? "all of them wait, too: the network between them does not carry their data"
            : $"{string.Join(", ", missing)} {(missing.Count == 1 ? "hangs, or its machine cannot be reached" : "hang, or their machines cannot be reached")}")
        + string.Create(CultureInfo.InvariantCulture, $". The patience is {patience.TotalSeconds:0} s.");

    /// <summary>A process whose training has failed begins another.</summary>
    public static GroupFailureException FailedBefore(string failure) =>
        new($"An earlier training of these processes has failed, so that they cannot train together again: {failure}");
}
