using System.Diagnostics;

namespace MlCnn.Testing;

/// <summary>Debian's python3-torch and python3-torchvision. A test that compares with them is skipped where they are not installed.</summary>
internal static class PythonTorch
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> s_isInstalled = new(() => File.Exists(Python) && Start(["-c", "import torch, torchvision"]).ExitCode == 0);

    /// <summary>Skips the test where they are not installed.</summary>
    public static void Require()
    {
        if (!s_isInstalled.Value)
            Assert.Inconclusive($"Skipped: this test needs {Python} with torch and torchvision (python3-torch, python3-torchvision), which are not there.");
    }

    /// <summary>Runs a script of TestData and gives what it printed.</summary>
    public static string Run(string script, params IReadOnlyList<string> arguments)
    {
        Require();
        var (exitCode, output, error) = Start([Path.Join(AppContext.BaseDirectory, "TestData", script), .. arguments]);
        Assert.AreEqual(0, exitCode, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
