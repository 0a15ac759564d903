using System.Diagnostics;

namespace MlCnn.Testing;

/// <summary>Debian's python3 with some of its modules. A test that compares with them is skipped where they are not installed.</summary>
/// <param name="modules">What is imported: "torch, torchvision".</param>
/// <param name="packages">Debian's packages that have it.</param>
internal sealed class Python(string modules, string packages)
{
    private const string Program = "/usr/bin/python3";

    private readonly Lazy<bool> _isInstalled = new(() => File.Exists(Program) && Start(["-c", $"import {modules}"]).ExitCode == 0);

    /// <summary>Whether they are installed.</summary>
    public bool IsInstalled => _isInstalled.Value;

    /// <summary>Skips the test where they are not installed.</summary>
    public void Require()
    {
        if (!IsInstalled)
            Assert.Inconclusive($"Skipped: this test needs {Program} with {modules} ({packages}), which are not there.");
    }

    /// <summary>Runs a script of TestData and gives what it printed.</summary>
    public string Run(string script, params IReadOnlyList<string> arguments)
    {
        Require();
        var (exitCode, output, error) = Start([Path.Join(AppContext.BaseDirectory, "TestData", script), .. arguments]);
        Assert.AreEqual(0, exitCode, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
