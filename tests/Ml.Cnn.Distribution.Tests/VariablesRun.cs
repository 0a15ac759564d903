using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ml.Cnn.Distribution.Tests;

/// <summary>Processes with torchrun's variables, on this machine. Where one fails the others are left to themselves for a while, and then killed.</summary>
internal static class VariablesRun
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_longestAfterFailure = TimeSpan.FromSeconds(20);

    public static ProgramResult Run(int count, string[] arguments)
    {
        var port = FreePort();
        var (output, error) = (new StringBuilder(), new StringBuilder());
        var time = Stopwatch.StartNew();
        var processes = Enumerable.Range(0, count).Select(rank => Start(rank, count, port, arguments, output, error)).ToArray();
        TimeSpan? failed = null;
        while (!processes.All(process => process.HasExited))
        {
            if (failed is null && processes.Any(process => process is { HasExited: true, ExitCode: not 0 }))
                failed = time.Elapsed;
            if (time.Elapsed > s_longest || time.Elapsed - failed > s_longestAfterFailure)
                break;
            Thread.Sleep(20);
        }
        foreach (var process in processes)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.WaitForExit(); // for its output, too
        }
        var code = processes.Select(process => process.ExitCode).FirstOrDefault(one => one != 0);
        foreach (var process in processes)
            process.Dispose();
        return new(code, output.ToString(), error.ToString(), time.Elapsed);
    }

    private static Process Start(int rank, int world, int port, string[] arguments, StringBuilder output, StringBuilder error)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in ((string, int)[])[("RANK", rank), ("LOCAL_RANK", rank), ("WORLD_SIZE", world), ("MASTER_PORT", port)])
            start.Environment[name] = value.ToString(CultureInfo.InvariantCulture);
        start.Environment["MASTER_ADDR"] = "127.0.0.1";
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void Keep(StringBuilder lines, string? line)
    {
        lock (lines)
            lines.AppendLine(line);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
