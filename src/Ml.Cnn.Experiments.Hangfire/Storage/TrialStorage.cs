using System.Text.RegularExpressions;
using Hangfire;
using Ml.Cnn.Experiments.Hangfire.Storage;

namespace Ml.Cnn.Experiments.Hangfire;

/// <summary>
/// Where the jobs of experiments wait for workers: a PostgreSQL database for many machines, a SQLite file for the processes of one, or memory for one process.
/// What is trained is not in it, but in the experiment's folder. <c>TrialStorage.Parse("postgres://me@db.example.org/experiments")</c>
/// </summary>
/// <remarks>An object may be used by several threads.</remarks>
public sealed partial class TrialStorage : IDisposable
{
    private const string FileName = "jobs.db";

    private readonly StorageText _text;
    private readonly TrialStorageOptions _options;
    private readonly Lazy<(JobStorage Jobs, TakeoverTiming Timing)> _opened;

    private TrialStorage(StorageText text, TrialStorageOptions? options)
    {
        _options = options ?? new();
        if (_options.TakeoverTime is { } time)
            _ = new TakeoverTiming(time); // checks it
        if (!QueueName().IsMatch(_options.Queue))
        {
            throw new ArgumentException(
                $"Queue is '{_options.Queue}': expected lower-case letters, digits, underscores and hyphens, at most 50.", nameof(options));
        }
        _text = text;
        Queue = _options.Queue;
        _opened = new(Open);
    }

    /// <summary>Through which queue jobs go to workers.</summary>
    public string Queue { get; }

    /// <summary>Whether workers can be other processes than the one that runs the experiment.</summary>
    public bool IsForSeveralProcesses => _text.Kind != StorageKind.Memory;

    /// <summary>Whether workers can be on other machines.</summary>
    public bool IsForSeveralMachines => _text.Kind == StorageKind.Postgres;

    /// <summary>Within which time the job of a dead worker goes on elsewhere, if a worker is free. Opens the storage.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The storage's workers use another time than the one asked for.</exception>
    public TimeSpan TakeoverTime => Timing.Takeover;

    /// <summary>Hangfire's storage, for its dashboard. Opens it, and makes its tables where there are none.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The storage's workers use another takeover time than the one asked for.</exception>
    public JobStorage Jobs => _opened.Value.Jobs;

    internal TakeoverTiming Timing => _opened.Value.Timing;

    /// <summary>Reads what a command line says of a storage. Opens nothing yet.</summary>
    /// <param name="text">
    /// <c>postgres://user:password@host:port/database?sslmode=require</c> (a password may also stand in the environment variable PGPASSWORD), a connection
    /// string of Npgsql (<c>Host=db;Database=experiments</c>), <c>sqlite:FILE</c>, a file that ends in <c>.db</c>, or <c>memory</c>.
    /// </param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="FormatException">The text names no storage.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static TrialStorage Parse(string text, TrialStorageOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        return new(StorageText.Parse(text), options);
    }

    /// <summary>
    /// A SQLite file in an experiment's folder, which needs no server: for the workers of one machine. The folder must be on a disk of that machine, since
    /// SQLite's processes share memory.
    /// </summary>
    /// <param name="folder">The experiment's.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static TrialStorage InFolder(string folder, TrialStorageOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new(StorageText.SqliteFile(Path.Join(folder, FileName)), options);
    }

    /// <summary>The storage, as <see cref="Parse"/> reads it, without a password.</summary>
    public override string ToString() => _text.Name;

    /// <summary>Closes the storage's connections.</summary>
    public void Dispose()
    {
        if (_opened.IsValueCreated)
            (_opened.Value.Jobs as IDisposable)?.Dispose();
    }

    private (JobStorage, TakeoverTiming) Open()
    {
        var timing = new TakeoverTiming(_options.TakeoverTime ?? TakeoverTiming.Default);
        var jobs = JobStorages.Open(_text, timing, Queue);
        if (_text.Kind == StorageKind.Memory)
            return (jobs, timing);
        var agreed = AgreedTakeover.Settle(jobs, _options.TakeoverTime, _text.Name);
        if (agreed == timing.Takeover)
            return (jobs, timing);
        (jobs as IDisposable)?.Dispose();
        timing = new(agreed);
        return (JobStorages.Open(_text, timing, Queue), timing);
    }

    [GeneratedRegex("^[a-z0-9_-]{1,50}$")]
    private static partial Regex QueueName();
}
