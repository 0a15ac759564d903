using System.Diagnostics;
using Ml.Cnn.Experiments;
using Ml.Cnn.Experiments.Hangfire;
using MlCnn.Cli.Display;
using TorchSharp;

namespace MlCnn.Cli.Commands;

/// <summary>The workers of a comparison: processes of this machine, which end with it, and those of other machines that see its storage.</summary>
internal sealed class ComparisonWorkers : ICnnTrialExecutor
{
    private const int MostRestarts = 10;
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromMinutes(2);

    private readonly TrialStorage _storage;
    private readonly HangfireTrialExecutor _executor;
    private readonly string _folder;
    private readonly string _storageText;
    private readonly Process?[] _processes;
    private readonly Lock _lock = new();
    private int _restarts;
    private bool _isOver;

    private ComparisonWorkers(TrialStorage storage, string storageText, ComparisonRequest request)
    {
        (_storage, _storageText, _folder) = (storage, storageText, Path.GetFullPath(request.Settings.Folder!));
        _executor = new(storage, new() { Workers = Math.Max(request.Workers ?? 0, request.Settings.Parallelism ?? 1) });
        _processes = new Process?[request.Workers ?? 0];
    }

    public int Workers => _executor.Workers;

    /// <summary>Starts what was asked for.</summary>
    /// <returns>Null where this process does the work itself.</returns>
    /// <exception cref="CommandException">The storage cannot be used.</exception>
    public static ComparisonWorkers? Start(ComparisonRequest request)
    {
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
            var storage = request.Storage is { } text ? TrialStorage.Parse(text) : TrialStorage.InFolder(folder);
            return new(storage, request.Storage ?? storage.ToString(), request);
        }
        catch (Exception e) when (e is FormatException or IOException or InvalidOperationException)
        {
            throw new CommandException($"--storage: {e.Message}", e);
        }
    }

    public Task RunAsync(string folder, int job, CancellationToken cancellationToken)
    {
        StartProcesses();
        return _executor.RunAsync(folder, job, cancellationToken);
    }

    public void Dispose()
    {
        lock (_lock)
            _isOver = true;
        foreach (var process in _processes)
            process?.StandardInput.Close(); // they end when it does
        foreach (var process in _processes.OfType<Process>())
        {
            using (process)
            {
                if (!process.WaitForExit(s_longestEnd))
                    process.Kill(entireProcessTree: true);
            }
        }
        _executor.Dispose();
        _storage.Dispose();
    }

    // Once there is a job, and so an experiment in the folder.
    private void StartProcesses()
    {
        lock (_lock)
        {
            for (var i = 0; i < _processes.Length; i++)
                _processes[i] ??= StartProcess(i);
        }
    }

    private Process StartProcess(int number)
    {
        List<string> arguments = ["worker", "--storage", _storageText, "--folder", _folder, "--until-input-ends"];
        if (torch.cuda.is_available() && torch.cuda.device_count() > 1)
            arguments.AddRange(["--device", FormattableString.Invariant($"cuda:{number % torch.cuda.device_count()}")]);
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        if (isHosted)
            arguments.Insert(0, typeof(ComparisonWorkers).Assembly.Location);
        var process = new Process
        {
            StartInfo = new(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        var log = Path.Join(_folder, "workers", FormattableString.Invariant($"{number + 1}.log"));
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.Exited += (_, _) => Replace(number, process);
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    // A worker that died is replaced: its job goes on in another meanwhile.
    private void Replace(int number, Process died)
    {
        lock (_lock)
        {
            if (_isOver || _restarts++ >= MostRestarts)
                return;
            Messages.Warning(FormattableString.Invariant($"Worker {number + 1} ended by itself with code {died.ExitCode}; another takes its place. ")
                + $"Its log is in '{Path.Join(_folder, "workers")}'.");
            _processes[number] = StartProcess(number);
        }
    }

    private static void Append(string log, string? line)
    {
        if (line is null)
            return;
        lock (log)
            File.AppendAllText(log, line + Environment.NewLine);
    }
}
