using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>The program TrialWorker in a process of its own.</summary>
internal sealed class WorkerProcess : IDisposable
{
    public static string Assembly { get; } = Path.GetFullPath(Path.Join(AppContext.BaseDirectory,
        typeof(WorkerProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "WorkerAssembly").Value));

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public WorkerProcess(string storage, params string[] arguments)
    {
        _process = new() { StartInfo = new("dotnet", [Assembly, storage, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>As kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>As a service manager does. Gives the exit code.</summary>
    public int Terminate()
    {
        using (var kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(60)))
            Assert.Fail("The worker did not end: " + Output);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }
}
