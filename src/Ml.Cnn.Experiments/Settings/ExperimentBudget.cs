using System.Globalization;

namespace Ml.Cnn.Experiments;

/// <summary>How much an experiment may spend. <c>ExperimentBudget.Time(TimeSpan.FromMinutes(10))</c></summary>
/// <remarks>
/// An experiment within a number of images or of trials is the same on every machine. One within a time depends on how fast the machine is: what fits into
/// the rest of the time is decided by measured speeds, and the last training stops when the time is over.
/// </remarks>
public sealed record ExperimentBudget
{
    private ExperimentBudget() { }

    /// <summary>The time in which training, validation and measuring must end; null: no limit.</summary>
    public TimeSpan? MaximumTime { get; private init; }

    /// <summary>The images that all trainings may see together, those seen again in later epochs included; null: no limit.</summary>
    public long? MaximumImages { get; private init; }

    /// <summary>The trials that may be started; null: no limit.</summary>
    public int? MaximumTrials { get; private init; }

    /// <summary>An amount of time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public static ExperimentBudget Time(TimeSpan time) => time > TimeSpan.Zero
        ? new() { MaximumTime = time }
        : throw new ArgumentOutOfRangeException(nameof(time), time, "A time must be above 0.");

    /// <summary>A number of images to train on, counted every time one is seen.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public static ExperimentBudget Images(long images) => images >= 1
        ? new() { MaximumImages = images }
        : throw new ArgumentOutOfRangeException(nameof(images), images, "A number of images must be at least 1.");

    /// <summary>A number of trials: configurations that are tried, however far each is trained.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public static ExperimentBudget Trials(int trials) => trials >= 1
        ? new() { MaximumTrials = trials }
        : throw new ArgumentOutOfRangeException(nameof(trials), trials, "A number of trials must be at least 1.");

    /// <summary>What this budget and another one have left together: the smaller of each limit.</summary>
    public ExperimentBudget And(ExperimentBudget other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            MaximumTime = Least(MaximumTime, other.MaximumTime),
            MaximumImages = Least(MaximumImages, other.MaximumImages),
            MaximumTrials = Least(MaximumTrials, other.MaximumTrials),
        };

        static T? Least<T>(T? one, T? another) where T : struct, IComparable<T> =>
            one is { } a && another is { } b ? (a.CompareTo(b) <= 0 ? a : b) : one ?? another;
    }

    internal static ExperimentBudget Of(TimeSpan? time, long? images, int? trials) =>
        new() { MaximumTime = time, MaximumImages = images, MaximumTrials = trials };

    /// <summary>"10 minutes", "100000 images" or "20 trials".</summary>
    public override string ToString() => string.Join(" and ", ((string?[])
    [
        MaximumTime is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} minutes") : null,
        MaximumImages is { } images ? string.Create(CultureInfo.InvariantCulture, $"{images} images") : null,
        MaximumTrials is { } trials ? string.Create(CultureInfo.InvariantCulture, $"{trials} trials") : null,
    ]).OfType<string>());
}
