using System.IO.Compression;

namespace MlCnn.Cli.Tests;

/// <summary>Training that is killed and taken up again, and the options that end it early. tests/interrupt kills twenty times.</summary>
[TestClass]
public sealed class ResumeTests : CliTest
{
    private static readonly string[] s_training =
        ["train", "--data", "digits:2000", "--arch", "lenet5", "--epochs", "12", "--seed", "3", "--validation-fraction", "0.1", "--augment", "light", "--json"];

    /// <summary>Protects hours of training: kill -9 at any moment costs what was done since the last checkpoint, and nothing else.</summary>
    [TestMethod]
    public void A_killed_training_ends_with_the_same_weights()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: this test uses a POSIX signal.");
        Run([.. s_training, "--out", "undisturbed.zip"]).Expect(0);
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] resumed = [.. s_training, "--checkpoint", "kept", "--checkpoint-every", "0.1s", "--resume", "--out", "resumed.zip"];
        for (var kills = 0; kills < 3; kills++)
        {
            var process = Cli.Start(Folder, resumed);
            if (kills < 2)
                process.StandardError.ReadLine(); // an epoch is over, or the training is
            Thread.Sleep(random.Next(300));
            Cli.Signal(process, "KILL");
            Cli.Finish(process);
        }
        var epochs = Run(resumed).Expect(0).Json.GetProperty("epochs");

        Assert.AreEqual(12, epochs.GetArrayLength());
        CollectionAssert.AreEqual(Weights("undisturbed.zip"), Weights("resumed.zip"));
        Assert.HasCount(2, Directory.GetFileSystemEntries(Path.Join(Folder, "kept")));
    }

    /// <summary>Protects the meaning of --resume: another training's checkpoints are refused in a line, and so is a folder that would be overwritten.</summary>
    [TestMethod]
    public void Another_training_is_not_resumed()
    {
        string[] training = ["train", "--data", "digits:64", "--arch", "lenet5", "--epochs", "1", "--checkpoint", "kept", "--out", "m.zip"];
        Run([.. training, "--resume"]).Expect(0); // nothing to resume
        Run([.. training, "--resume"]).Expect(0);
        Assert.Contains("Resume", Run(training).Expect(1).Error);
        Assert.Contains("BatchSize was", Run([.. training, "--resume", "--batch-size", "7"]).Expect(1).Error);
    }

    /// <summary>Protects jobs with a limit: the time budget ends the training in good order, and with early stopping it ends where progress does.</summary>
    [TestMethod]
    public void Training_ends_before_its_last_epoch_where_it_is_told_to()
    {
        var budget = Run("train", "--data", "digits:500", "--arch", "lenet5", "--epochs", "100000", "--time-budget", "1s", "--out", "m.zip", "--json")
            .Expect(0);
        Assert.Contains("time budget", budget.Error);
        // A learning rate that moves nothing: the first epoch stays the best.
        var stopped = Run("train", "--data", "digits:100", "--arch", "lenet5", "--epochs", "50", "--learning-rate", "1e-12", "--validation-fraction", "0.2",
            "--early-stopping", "2", "--out", "n.zip", "--json").Expect(0);
        Assert.AreEqual(3, stopped.Json.GetProperty("epochs").GetArrayLength());
        Run("evaluate", "--model", "m.zip", "--data", "digits:50", "--json").Expect(0);
    }

    private byte[] Weights(string model)
    {
        using var archive = ZipFile.OpenRead(Path.Join(Folder, model));
        using var stream = archive.Entries.Single(entry => entry.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal)).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
