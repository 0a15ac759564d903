namespace Ml.Cnn.Experiments.Hangfire.Storage;

/// <summary>All the intervals that follow from how soon the job of a dead worker is to go on elsewhere.</summary>
internal sealed record TakeoverTiming
{
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(5), s_longest = TimeSpan.FromDays(1);

    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public TakeoverTiming(TimeSpan takeover) => Takeover = takeover >= s_shortest && takeover <= s_longest
        ? takeover
        : throw new ArgumentOutOfRangeException(nameof(takeover), takeover, "The takeover time must be from 5 seconds to 1 day.");

    /// <summary>The job of a dead worker goes on elsewhere within this time, if a worker is free.</summary>
    public TimeSpan Takeover { get; }

    /// <summary>
    /// A job whose worker has not been heard of for so long may be taken by another. Whole seconds, since PostgreSQL's storage cuts off the rest.
    /// </summary>
    public TimeSpan Silence => TimeSpan.FromSeconds(Math.Floor(Takeover.TotalSeconds * 0.75));

    /// <summary>How often a worker says that it lives: a few may come late.</summary>
    public TimeSpan Heartbeat => Silence / 6;

    /// <summary>How often a free worker asks for a job.</summary>
    public TimeSpan Poll => TimeSpan.FromMilliseconds(Math.Clamp(Takeover.TotalMilliseconds / 30, 100, 2000));

    /// <summary>A lock that a dead process holds is void after so long.</summary>
    public TimeSpan LockLifetime => Silence / 1.5;
}
