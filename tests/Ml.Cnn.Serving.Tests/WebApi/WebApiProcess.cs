using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample in a process of its own, as users start it.</summary>
internal sealed partial class WebApiProcess : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    /// <param name="folder">The folder that it runs in.</param>
    /// <param name="settings">As "Telemetry:Console=true".</param>
    public WebApiProcess(string folder, params IEnumerable<string> settings)
    {
        string[] arguments = [Path.Join(AppContext.BaseDirectory, "WebApi.dll"), "--urls=http://127.0.0.1:0", .. settings.Select(setting => "--" + setting)];
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.TryAdd("OMP_WAIT_POLICY", "passive"); // other tests run at the same time
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>All that it has written.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        await Wait.Until(() => Listening().IsMatch(Output) || _process.HasExited, "the service listens");
        var listening = Listening().Match(Output);
        Assert.IsTrue(listening.Success, Output);
        return new(listening.Groups[1].Value);
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", FormattableString.Invariant($"{_process.Id}")]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has ended.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private void Note(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
