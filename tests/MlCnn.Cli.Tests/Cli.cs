using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>What a run of the command left behind.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output, which must be one JSON object and nothing else.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.AreEqual(0, Output.AsSpan().Trim().IndexOf('{'), Output);
            return JsonSerializer.Deserialize<JsonElement>(Output);
        }
    }

    public CliResult Expect(int exitCode)
    {
        Assert.AreEqual(exitCode, ExitCode, $"standard output: {Output}\nstandard error: {Error}");
        Assert.DoesNotContain("   at ", Error, "no stack trace belongs on standard error");
        return this;
    }
}

/// <summary>Starts the built mlcnn in a process of its own.</summary>
internal static class Cli
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    public static string Assembly { get; } = Path.GetFullPath(Path.Join(AppContext.BaseDirectory,
        typeof(Cli).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliAssembly").Value));

    public static CliResult Run(string folder, params IReadOnlyList<string> arguments) => Finish(Start(folder, arguments));

    public static Process Start(string folder, params IReadOnlyList<string> arguments) => StartProcess(folder, "dotnet", [Assembly, .. arguments]);

    public static Process StartProcess(string folder, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Another culture than the developer's own must change nothing: commas in numbers would break JSON.
        start.Environment["LANG"] = "de_DE.UTF-8";
        start.Environment.Remove("LC_ALL");
        // No test looks into the user's downloads, or adds to them.
        start.Environment["MLCNN_CACHE"] = Path.Join(folder, "cache");
        start.Environment["MLCNN_MIRROR"] = "http://127.0.0.1:1/";
        // Other test projects run at the same time: libtorch's waiting threads leave them the cores.
        start.Environment.TryAdd("OMP_WAIT_POLICY", "passive");
        return Process.Start(start)!;
    }

    public static CliResult Finish(Process process, string alreadyRead = "")
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_longest))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"The command did not end within {s_longest}.");
            }
            return new(process.ExitCode, output.GetAwaiter().GetResult(), alreadyRead + error.GetAwaiter().GetResult());
        }
    }

    /// <summary>Sends a signal, as a terminal or a service manager would.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", FormattableString.Invariant($"{process.Id}")]);
        kill.WaitForExit();
    }
}
