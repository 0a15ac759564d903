using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlCnn.Cli.Tests;

/// <summary>'mlcnn compare': what it tells and leaves, and that no interruption changes what it comes to. tests/compare-kills kills ten times.</summary>
[TestClass]
public sealed class CompareTests : CliTest
{
    private const int Kills = 3;

    private static readonly string[] s_arguments =
    [
        "compare", "--data", "digits:400", "--archs", "lenet5,squeezenet1_1", "--budget", "3600 images", "--max-epochs", "4", "--seed", "3", "--threads", "1",
        "--json", "--out",
    ];

    public required TestContext TestContext { get; set; }

    /// <summary>Protects programs that read the JSON, and users who look into the folder.</summary>
    [TestMethod]
    public void It_tells_the_leaderboard_and_leaves_model_and_report()
    {
        string[] arguments =
        [
            "compare", "--data", "digits:500", "--archs", "lenet5", "--budget", "12000 images", "--max-epochs", "13", "--seed", "3", "--json",
        ];
        var result = Run([.. arguments, "--out", "e"]).Expect(0);
        var best = result.Json.GetProperty("best");
        Assert.AreEqual("lenet5", best.GetProperty("arch").GetString());
        var runs = result.Json.GetProperty("runs").EnumerateArray().ToArray();
        Assert.IsGreaterThan(1, runs.Length);
        string[] members = ["arch", "status", "accuracy", "logLoss", "parameters", "multiplyAdds", "trainSeconds", "latencyMilliseconds", "settings"];
        foreach (var name in members)
            Assert.IsTrue(runs[0].TryGetProperty(name, out _), name);
        Assert.Contains("lenet5", result.Error, "what goes on is told on standard error");

        Assert.AreEqual(best.GetProperty("accuracy").GetDouble(), runs.Max(run => run.GetProperty("accuracy").GetDouble()));
        var predicted = Run("evaluate", "--model", "e/best/model.zip", "--data", "digits:300", "--json").Expect(0).Json;
        Assert.IsGreaterThan(0.3, predicted.GetProperty("microAccuracy").GetDouble(), "the best model is a trained one: chance is a tenth");
        Assert.IsTrue(File.Exists(Path.Join(Folder, "e", "report.html")));

        Assert.Contains("set Resume", Run([.. arguments, "--out", "e"]).Expect(1).Error);
    }

    /// <summary>Protects hours of work: a killed experiment goes on to the leaderboard of an undisturbed one.</summary>
    [TestMethod]
    public void A_killed_experiment_goes_on_to_the_same_leaderboard()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Skipped: these tests use POSIX signals.");
        var seed = Environment.TickCount;
        TestContext.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var undisturbed = Story(Run([.. s_arguments, "whole"]).Expect(0).Json);
        for (var i = 0; i < Kills; i++)
        {
            var process = Cli.Start(Folder, [.. s_arguments, "e", "--resume"]);
            process.WaitForExit(1000 + random.Next(2000));
            process.Kill();
            Cli.Finish(process);
        }
        CollectionAssert.AreEqual(undisturbed, Story(Run([.. s_arguments, "e", "--resume"]).Expect(0).Json), $"seed {seed}");
        Assert.AreEqual(undisturbed[0], Story(Run([.. s_arguments, "e", "--resume"]).Expect(0).Json)[0], "what is finished stays");
    }

    /// <summary>Protects what is decided from who does the work: two workers try what one process tries, also where one of them is killed.</summary>
    [TestMethod]
    public void Two_workers_one_of_whom_is_killed_come_to_the_leaderboard_of_one_process()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Skipped: this test finds the workers with pgrep.");
        var alone = Story(Run([.. s_arguments, "alone", "--parallelism", "2"]).Expect(0).Json);
        var process = Cli.Start(Folder, [.. s_arguments, "e", "--workers", "2", "--takeover", "5s"]);
        var jobs = Path.Join(Folder, "e", "jobs");
        while (!process.HasExited && (!Directory.Exists(jobs) || Directory.GetFiles(jobs, "*.json").Length < 2))
            Thread.Sleep(20);
        using var kill = Process.Start("bash", ["-c", FormattableString.Invariant($"kill -9 $(pgrep -P {process.Id} | head -n 1)")]);
        kill.WaitForExit();
        Assert.AreEqual(0, kill.ExitCode, "there was a worker to kill");
        CollectionAssert.AreEqual(alone, Story(Cli.Finish(process).Expect(0).Json));
        var results = Directory.GetFiles(jobs, "*.json").Select(path => Regex.Match(File.ReadAllText(path), "\"worker\": \"([^\"]+)\"").Groups[1].Value);
        Assert.IsGreaterThan(1, results.Distinct().Count(), "both have worked");
    }

    /// <summary>Protects from options that mean nothing.</summary>
    [TestMethod]
    [DataRow("--budget", "10 apples", "--budget must be")]
    [DataRow("--budget", "0m", "--budget must be")]
    [DataRow("--archs", "lenet5,lenet6", "no network called 'lenet6'")]
    [DataRow("--max-latency", "20", "--max-latency must be")]
    [DataRow("--max-size", "20", "--max-size must be")]
    [DataRow("--image-sizes", "64,32", "must rise")]
    [DataRow("--augments", "sparkle", "no such augmentation")]
    [DataRow("--optimizers", "sgd,magic", "'magic' is none")]
    public void Wrong_options_are_refused_by_name(string option, string value, string message)
    {
        var result = Run("compare", "--data", "digits:50", "--out", "e", option, value);
        Assert.AreNotEqual(0, result.ExitCode);
        Assert.Contains(message, result.Error);
        Assert.IsFalse(Directory.Exists(Path.Join(Folder, "e")), "nothing is left behind");
    }

    // What came of every trial, without times.
    private static string[] Story(JsonElement json) => [.. json.GetProperty("runs").EnumerateArray().Select(run => string.Join(' ',
        ((string[])["trial", "arch", "status", "epochs", "accuracy", "logLoss", "settings"]).Select(name => run.GetProperty(name).GetRawText())))];
}
