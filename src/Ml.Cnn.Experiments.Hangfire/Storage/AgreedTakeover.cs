using System.Globalization;
using Hangfire;
using Hangfire.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>
/// The takeover time that all who use a storage agree on: each worker judges the others by its own, so one that waits for less would take the jobs of living
/// ones.
/// </summary>
internal static class AgreedTakeover
{
    private const string Key = "mlcnn:storage", Field = "takeoverSeconds";

    /// <summary>Gives the time that is stored, or stores the one that is asked for.</summary>
    /// <param name="jobs">The storage.</param>
    /// <param name="asked">Null: whatever is stored, and otherwise the default.</param>
    /// <param name="name">The storage's, for messages.</param>
    /// <exception cref="InvalidOperationException">Living workers use another time.</exception>
    public static TimeSpan Settle(JobStorage jobs, TimeSpan? asked, string name)
    {
        using var connection = (JobStorageConnection)jobs.GetConnection();
        var stored = double.TryParse(connection.GetValueFromHash(Key, Field), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : (TimeSpan?)null;
        if (stored is { } known && (asked is null || asked == known))
            return known;
        if (stored is { } other && IsInUse(jobs, other))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Workers of the storage {name} use a takeover time of {other.TotalSeconds} seconds, and {asked!.Value.TotalSeconds} were asked for: all must"
                + $" have the same. Ask for none, which takes theirs, or stop them first."));
        }
        var chosen = asked ?? TakeoverTiming.Default;
        connection.SetRangeInHash(Key, [new(Field, chosen.TotalSeconds.ToString(CultureInfo.InvariantCulture))]);
        return chosen;
    }

    private static bool IsInUse(JobStorage jobs, TimeSpan takeover) =>
        jobs.GetMonitoringApi().Servers().Any(server => server.Heartbeat > DateTime.UtcNow - takeover);
}
