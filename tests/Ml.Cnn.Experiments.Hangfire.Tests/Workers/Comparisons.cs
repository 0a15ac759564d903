using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>'mlcnn compare' and 'mlcnn worker' as processes.</summary>
internal static class Comparisons
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    private static readonly string s_command = Path.GetFullPath(Path.Join(AppContext.BaseDirectory,
        typeof(Comparisons).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "CliAssembly").Value));

    public static void Await(Func<bool> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsLessThan(s_longest, waited.Elapsed, what);
            Thread.Sleep(20);
        }
    }

    public static Process Start(string folder, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [s_command, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.TryAdd("OMP_WAIT_POLICY", "passive");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    public static JsonElement Output(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(s_longest))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The command did not end within {s_longest}.");
        }
        Assert.AreEqual(0, process.ExitCode, output.GetAwaiter().GetResult());
        return JsonSerializer.Deserialize<JsonElement>(output.GetAwaiter().GetResult());
    }

    // What came of every trial, without times.
    public static string[] Story(JsonElement json) => [.. json.GetProperty("runs").EnumerateArray().Select(run => string.Join(' ',
        ((string[])["trial", "arch", "status", "epochs", "accuracy", "logLoss", "settings"]).Select(name => run.GetProperty(name).GetRawText())))];
}
