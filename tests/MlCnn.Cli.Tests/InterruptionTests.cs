using System.Text;

namespace MlCnn.Cli.Tests;

/// <summary>Training that ends before its time: by a signal, or because the disk is full.</summary>
[TestClass]
public sealed class InterruptionTests : CliTest
{
    [TestInitialize]
    public void RequireSignals()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: these tests use POSIX signals and limits.");
    }

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public void A_signal_saves_the_best_model_so_far(string signal)
    {
        var process = StartLongTraining();
        var read = new StringBuilder(); // warnings may come before it
        while (process.StandardError.ReadLine() is { } line)
        {
            read.AppendLine(line);
            if (line.Contains("Epoch ", StringComparison.Ordinal))
                break; // the first epoch is over
        }
        Cli.Signal(process, signal);
        var result = Cli.Finish(process, read.ToString()).Expect(130);

        Assert.Contains("Saved the best model", result.Error);
        Assert.IsGreaterThanOrEqualTo(1, result.Json.GetProperty("epochs").GetArrayLength());
        Assert.AreEqual(100, Run("evaluate", "--model", "m.zip", "--data", "digits:100", "--json").Expect(0).Json.GetProperty("images").GetInt32());
        Assert.HasCount(1, Directory.GetFileSystemEntries(Folder));
    }

    [TestMethod]
    public void A_second_signal_ends_at_once()
    {
        File.WriteAllText(Path.Join(Folder, "m.zip"), "the one before");
        // So long a step that nothing can be over between the two signals.
        var process = Cli.Start(Folder, "train", "--data", "digits:20000", "--arch", "resnet18", "--image-size", "64", "--batch-size", "512", "--out", "m.zip",
            "--log", "logs");
        WaitUntil(() => Directory.Exists(Path.Join(Folder, "logs")), "the training has begun, and listens to signals");
        Cli.Signal(process, "INT");
        process.StandardError.ReadLine();
        Cli.Signal(process, "INT");
        Cli.Finish(process).Expect(130);

        Assert.AreEqual("the one before", File.ReadAllText(Path.Join(Folder, "m.zip")));
        Assert.HasCount(2, Directory.GetFileSystemEntries(Folder), "the model and the logs");
    }

    [TestMethod]
    public void A_full_disk_keeps_the_model_before()
    {
        Run("train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip", "--json").Expect(0);
        var before = File.ReadAllBytes(Path.Join(Folder, "m.zip"));

        // No file may grow beyond 100 kB, and a model of LeNet-5 takes more than 200.
        var limited = Cli.StartProcess(Folder, "bash",
        [
            "-c", "trap '' XFSZ; ulimit -f 100; export DOTNET_EnableWriteXorExecute=0; exec dotnet \"$@\"", "bash",
            Cli.Assembly, "train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--out", "m.zip", "--json",
        ]);
        var result = Cli.Finish(limited).Expect(1);

        Assert.Contains("The model cannot be saved", result.Error);
        Assert.Contains("unchanged", result.Error);
        Assert.AreEqual("", result.Output);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(Path.Join(Folder, "m.zip")));
        Run("evaluate", "--model", "m.zip", "--data", "digits:10", "--json").Expect(0);
        Assert.HasCount(1, Directory.GetFileSystemEntries(Folder));
    }

    private static void WaitUntil(Func<bool> condition, string what)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.IsLessThan(TimeSpan.FromSeconds(60), waited.Elapsed, $"Waited in vain until {what}.");
            Thread.Sleep(20);
        }
    }

    private System.Diagnostics.Process StartLongTraining() =>
        Cli.Start(Folder, "train", "--data", "digits:1000", "--arch", "lenet5", "--epochs", "100000", "--out", "m.zip", "--json");
}
