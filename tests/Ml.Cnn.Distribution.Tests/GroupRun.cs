using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Distribution.Tests;

/// <summary>
/// Programs under an mpirun or torchrun of Debian's packages, and with torchrun's variables alone. Tests are skipped where the launcher is not installed.
/// </summary>
internal static class GroupRun
{
    public const string OpenMpi = "openmpi";
    public const string Mpich = "mpich";

    /// <summary>PyTorch's.</summary>
    public const string Torchrun = "torchrun";

    /// <summary>Processes that find torchrun's variables, and no torchrun.</summary>
    public const string Variables = "variables";

    /// <summary>Of Open MPI: a single process goes the way of many.</summary>
    public const string GroupOfOne = "group of one";

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);

    public static string Worker { get; } = Metadata("WorkerAssembly");

    public static string Cli { get; } = Metadata("CliAssembly");

    /// <summary>Starts processes, and waits for all of them.</summary>
    /// <param name="implementation">One of the constants, or null: one process by itself.</param>
    /// <param name="processes">How many.</param>
    /// <param name="arguments">Of dotnet.</param>
    public static ProgramResult Run(string? implementation, int processes, params string[] arguments)
    {
        if (implementation == Variables)
            return VariablesRun.Run(processes, arguments);
        var count = processes.ToString(CultureInfo.InvariantCulture);
        string[] command =
        [
            .. implementation switch
            {
                GroupOfOne => ["mpirun.openmpi", "--allow-run-as-root", "-x", "MLCNN_GROUP_OF_ONE=1", "-n", count],
                OpenMpi => ["mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "-n", count],
                Mpich => ["mpirun.mpich", "-n", count],
                // With Python 3.11 PyTorch 1.13 cannot leave all output as it is, its default: so it also writes files of the standard output.
                Torchrun => ["torchrun", "--standalone", "--nproc_per_node", count, "--redirects", "1", "--tee", "1", "--no_python"],
                _ => (string[])[],
            },
            "dotnet", .. arguments,
        ];
        if (implementation is not null && !File.Exists($"/usr/bin/{command[0]}"))
        {
            var package = implementation switch { OpenMpi or GroupOfOne => "openmpi-bin", Torchrun => "python3-torch", _ => "mpich" };
            Assert.Inconclusive($"Skipped: this test needs /usr/bin/{command[0]} (Debian: {package}), which is not there.");
        }
        var time = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(s_longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{string.Join(' ', command)} did not end: {error.GetAwaiter().GetResult()}");
        }
        return new(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult(), time.Elapsed);
    }

    /// <summary>Trains as a plan says.</summary>
    public static ProgramResult Train(string? implementation, int processes, TrainingPlan plan)
    {
        Directory.CreateDirectory(plan.Folder);
        return Run(implementation, processes, Worker, "train", plan.ToJson());
    }

    /// <summary>Trains to the end.</summary>
    public static TrainingRecord Complete(string? implementation, int processes, TrainingPlan plan)
    {
        var result = Train(implementation, processes, plan);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        return JsonSerializer.Deserialize<TrainingRecord>(File.ReadAllText(Path.Join(plan.Folder, "rank-0.json")))!;
    }

    /// <summary>The largest difference of two trainings' weights; fails where the processes of one have different ones.</summary>
    public static double LargestDifference(string oneFolder, string otherFolder)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (Weights(oneFolder), Weights(otherFolder));
        return one.Max(pair => pair.Value.sub(other[pair.Key]).abs().max().item<float>());
    }

    // Running statistics are no weights: they are as large as what they are of.
    private static Dictionary<string, Tensor> Weights(string folder)
    {
        var files = Directory.GetFiles(folder, "rank-*.safetensors").Order(StringComparer.Ordinal).ToArray();
        Assert.IsNotEmpty(files);
        foreach (var file in files)
            CollectionAssert.AreEqual(File.ReadAllBytes(files[0]), File.ReadAllBytes(file), $"{file}: other bits than rank 0's");
        using var stream = File.OpenRead(files[0]);
        return SafeTensors.Read(stream, stream.Length).Tensors
            .Where(pair => !pair.Key.Contains("running", StringComparison.Ordinal) && !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    private static string Metadata(string key) => Path.GetFullPath(typeof(GroupRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!, AppContext.BaseDirectory);
}

/// <summary>What a program came to.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Error, TimeSpan Time);
