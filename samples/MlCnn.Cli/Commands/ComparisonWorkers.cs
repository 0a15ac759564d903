using System.Diagnostics;
using Ml.Cnn.Experiments;
using Ml.Cnn.Experiments.Hangfire;
using Ml.Cnn.Experiments.S3;
using TorchSharp;

namespace MlCnn.Cli.Commands;

/// <summary>The workers of a comparison: processes of this machine, which end with it, and those of other machines that see its storage.</summary>
internal sealed class ComparisonWorkers : ICnnTrialExecutor
{
    private readonly TrialStorage _storage;
    private readonly S3TrialStore? _store;
    private readonly ICnnTrialExecutor _executor;
    private readonly string _storageText;
    private readonly string? _storeText;
    private readonly string _folder;
    private readonly int _local;
    private readonly Lock _lock = new();
    private LocalTrialWorkers? _workers;

    private ComparisonWorkers(TrialStorage storage, string storageText, ComparisonRequest request)
    {
        (_storage, _storageText, _folder) = (storage, storageText, Path.GetFullPath(request.Settings.Folder!));
        _local = request.Workers ?? 0;
        _executor = new HangfireTrialExecutor(storage, new() { Workers = Math.Max(_local, request.Settings.Parallelism ?? 1) });
        if (request.Store is { } store)
        {
            (_storeText, _store) = (store, TrialStores.Open(store));
            _executor = new CnnStoredTrialExecutor(_executor, _store);
        }
    }

    public int Workers => _executor.Workers;

    /// <summary>Opens the storage of what was asked for.</summary>
    /// <returns>Null where this process does the work itself.</returns>
    /// <exception cref="CommandException">The storage cannot be used.</exception>
    /// <exception cref="UsageException">Nobody knows how many workers there will be.</exception>
    public static ComparisonWorkers? Start(ComparisonRequest request)
    {
        if (request.Storage is null && request.Store is not null)
            throw new UsageException("--store goes with --storage, which says where the workers find their jobs.");
        if (request.Storage is null && request.Workers is null or 1)
            return null;
        if (request.Storage is not null && request.Workers is null && request.Settings.Parallelism is null)
            throw new UsageException("--storage: say with --parallelism how many workers there will be, or start some here with --workers.");
        var folder = Path.GetFullPath(request.Settings.Folder!);
        Directory.CreateDirectory(folder);
        // Each training has its part of the cores: more threads than cores wait for each other.
        if (request.Workers is { } local && !torch.cuda.is_available())
            request.Settings.Threads ??= Math.Max(1, Environment.ProcessorCount / local);
        try
        {
            var options = new TrialStorageOptions { TakeoverTime = request.Takeover };
            var storage = request.Storage is { } text ? TrialStorage.Parse(text, options) : TrialStorage.InFolder(folder, options);
            return new(storage, request.Storage ?? storage.ToString(), request);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or IOException or InvalidOperationException)
        {
            throw new CommandException($"--storage: {e.Message}", e);
        }
    }

    public async Task RunAsync(string folder, int job, CancellationToken cancellationToken)
    {
        // Once there is a job, and so an experiment in the folder.
        lock (_lock)
            _workers ??= _local > 0 ? new(_local, StartOf) : null;
        var done = _executor.RunAsync(folder, job, cancellationToken);
        if (_workers is not null)
            await await Task.WhenAny(done, _workers.Failure);
        await done;
    }

    public void Dispose()
    {
        _workers?.Dispose();
        _executor.Dispose();
        _store?.Dispose();
        _storage.Dispose();
    }

    private ProcessStartInfo StartOf(int number)
    {
        var log = Path.Join(_folder, "workers", FormattableString.Invariant($"{number + 1}.log"));
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        List<string> arguments = ["worker", "--storage", _storageText, "--until-input-ends", "--log", log];
        arguments.AddRange(_storeText is null ? ["--folder", _folder] : ["--store", _storeText]);
        if (torch.cuda.is_available() && torch.cuda.device_count() > 1)
            arguments.AddRange(["--device", FormattableString.Invariant($"cuda:{number % torch.cuda.device_count()}")]);
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        if (isHosted)
            arguments.Insert(0, typeof(ComparisonWorkers).Assembly.Location);
        return new(Environment.ProcessPath!, arguments);
    }
}
