using System.Globalization;
using System.Text.Json;
using nietras.SeparatedValues;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects the order of a leaderboard, what it says of chance, and the files that other programs read.</summary>
[TestClass]
public sealed class LeaderboardTests
{
    private const int Classes = 6;

    [TestMethod]
    public void OnlyWhatMayBeChosenHasARank()
    {
        CnnTrialStatus[] statuses = [.. Enum.GetValues<CnnTrialStatus>()];
        CnnRunDetail[] runs = [.. statuses.Select((status, i) => new CnnRunDetail
        {
            Trial = i + 1,
            Configuration = ExampleTrials.Configuration(),
            Status = status,
            ValidationMetrics = ExampleTrials.Metrics(0.5 + i / 100.0),
        })];
        var leaderboard = CnnLeaderboard.Of([.. runs, new() { Trial = 20, Configuration = ExampleTrials.Configuration(), Status = CnnTrialStatus.Running }],
            CnnExperimentMetric.Accuracy);
        CollectionAssert.AreEqual(
            new[] { CnnTrialStatus.Stopped, CnnTrialStatus.Paused, CnnTrialStatus.Completed, CnnTrialStatus.Running },
            leaderboard.Rows.Where(row => row.Rank is not null).Select(row => row.Run.Status).ToArray());
        CollectionAssert.AreEqual(new int?[] { 1, 2, 3, 4 }, leaderboard.Rows.Take(4).Select(row => row.Rank).ToArray());
        Assert.HasCount(runs.Length + 1, leaderboard.Rows);
        Assert.AreEqual(20, leaderboard.Rows[^1].Run.Trial);
    }

    [TestMethod]
    public void LowerLogLossesGoFirstAndNoNumbersGetNoRank()
    {
        CnnRunDetail[] runs = [.. ((double[])[0.7, 0.3, double.NaN, 0.5]).Select((loss, i) => new CnnRunDetail
        {
            Trial = i + 1,
            Configuration = ExampleTrials.Configuration(),
            Status = CnnTrialStatus.Completed,
            ValidationMetrics = ExampleTrials.Metrics(0.9, loss),
        })];
        var rows = CnnLeaderboard.Of(runs, CnnExperimentMetric.LogLoss).Rows;
        CollectionAssert.AreEqual(new[] { 2, 4, 1, 3 }, rows.Select(row => row.Run.Trial).ToArray());
        Assert.IsNull(rows[3].Rank);
    }

    [TestMethod]
    public void ItSaysWhichDifferencesAreChance()
    {
        var leaderboard = CnnLeaderboard.Of(Runs(), CnnExperimentMetric.Accuracy);
        Assert.IsNull(leaderboard.Best!.PValue);
        var byTrial = leaderboard.Rows.ToDictionary(row => row.Run.Trial);
        Assert.IsTrue(byTrial[2].IsNoMoreThanChance, $"p {byTrial[2].PValue}"); // as skilled as the first
        Assert.IsFalse(byTrial[3].IsNoMoreThanChance, $"p {byTrial[3].PValue}");
        Assert.IsNull(byTrial[4].PValue);                                        // scored on other images
        foreach (var row in leaderboard.Rows)
            foreach (var metric in Enum.GetValues<CnnExperimentMetric>())
                Assert.IsTrue(row.Intervals!.Of(metric) is { } interval && interval.Lower <= row.Run.ValidationMetrics!.Of(metric)
                    && row.Run.ValidationMetrics.Of(metric) <= interval.Upper, $"{metric} of trial {row.Run.Trial}");
    }

    [TestMethod]
    public void WithoutScoresThereAreTheIntervalsOfShares()
    {
        var row = CnnLeaderboard.Of(Runs(), CnnExperimentMetric.Accuracy, readsScores: false).Rows[1];
        Assert.IsNotNull(row.Intervals!.Of(CnnExperimentMetric.Accuracy));
        Assert.IsNull(row.Intervals.Of(CnnExperimentMetric.LogLoss));
        Assert.IsNull(row.PValue);
    }

    [TestMethod]
    public void TheFrontsAreMarked()
    {
        var leaderboard = CnnLeaderboard.Of(Runs(), CnnExperimentMetric.Accuracy);
        CollectionAssert.AreEqual(leaderboard.ParetoFront(CnnTrialCost.Latency).Select(row => row.Run.Trial).Order().ToArray(),
            leaderboard.Rows.Where(row => row.IsOnLatencyFront).Select(row => row.Run.Trial).Order().ToArray());
        Assert.IsTrue(leaderboard.Best!.IsOnLatencyFront && leaderboard.Best.IsOnSizeFront);
    }

    [TestMethod]
    public void TheJsonHasTheFormThatProgramsRead()
    {
        using var document = JsonDocument.Parse(CnnLeaderboard.Of(Runs(), CnnExperimentMetric.Accuracy).ToJson());
        var root = document.RootElement;
        Assert.IsTrue(JsonElement.DeepEquals(root.GetProperty("runs")[0], root.GetProperty("best")));
        var run = root.GetProperty("runs")[0];
        string[] members = ["arch", "status", "accuracy", "logLoss", "parameters", "multiplyAdds", "trainSeconds", "latencyMilliseconds", "settings"];
        foreach (var member in members)
            Assert.IsTrue(run.TryGetProperty(member, out _), member);
        Assert.AreEqual("resnet18", run.GetProperty("arch").GetString());
        Assert.AreEqual("completed", run.GetProperty("status").GetString());
        Assert.AreEqual(JsonValueKind.Null, run.GetProperty("multiplyAdds").ValueKind);
        Assert.AreEqual("sgd", run.GetProperty("settings").GetProperty("optimizer").GetString());
        Assert.IsTrue(run.GetProperty("intervals").GetProperty("logLoss").GetProperty("lower").GetDouble() < run.GetProperty("logLoss").GetDouble());
        using var empty = JsonDocument.Parse(CnnLeaderboard.Of([], CnnExperimentMetric.Accuracy).ToJson(indented: false));
        Assert.AreEqual(JsonValueKind.Null, empty.RootElement.GetProperty("best").ValueKind);
        Assert.AreEqual(0, empty.RootElement.GetProperty("runs").GetArrayLength());
    }

    [TestMethod]
    public void TheCsvIsReadBackAsItWas()
    {
        var failed = new CnnRunDetail
        {
            Trial = 9,
            Configuration = ExampleTrials.Configuration() with { Weights = "my, \"weights\".pth" },
            Status = CnnTrialStatus.Failed,
            Reason = "Line one,\nline \"two\".",
        };
        CnnRunDetail[] runs = [.. Runs(), failed];
        var text = CnnLeaderboard.Of(runs, CnnExperimentMetric.Accuracy).ToCsv();
        using var reader = Sep.New(',').Reader(options => options with { Unescape = true }).FromText(text);
        var rows = 0;
        while (reader.MoveNext())
        {
            var row = reader.Current;
            var trial = row["trial"].Parse<int>();
            var run = runs.Single(one => one.Trial == trial);
            Assert.AreEqual(run.Reason ?? "", row["reason"].ToString());
            Assert.AreEqual(run.Configuration.Weights ?? "", row["weights"].ToString());
            Assert.AreEqual(run.ValidationMetrics?.LogLoss.ToString(CultureInfo.InvariantCulture) ?? "", row["logLoss"].ToString());
            rows++;
        }
        Assert.AreEqual(runs.Length, rows);
    }

    [TestMethod]
    public void MarkdownAndTextHoldWhatNamesHold()
    {
        var run = ExampleTrials.Run(1, ExampleScores.Of(ExampleScores.Labels(50, Classes, 1), Classes, 2, 1),
            ExampleTrials.Configuration() with { Weights = "a|b_c*<i>\n.pth" });
        var leaderboard = CnnLeaderboard.Of([run], CnnExperimentMetric.Accuracy);
        var lines = leaderboard.ToMarkdown().Split('\n');
        Assert.Contains(@"weights a\|b\_c\*\<i\> .pth", lines[2]);
        Assert.AreEqual(lines[0].Count(c => c == '|'), lines[2].Count(c => c == '|') - 1);
        StringAssert.StartsWith(leaderboard.ToText(), "#  Trial  Network   Status     Accuracy");
    }

    [TestMethod]
    public void NumbersAreTheSameInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        var leaderboard = CnnLeaderboard.Of(Runs(), CnnExperimentMetric.Accuracy);
        string[] invariant = [leaderboard.ToText(), leaderboard.ToCsv(), leaderboard.ToJson(), leaderboard.ToMarkdown()];
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            CollectionAssert.AreEqual(invariant, new[] { leaderboard.ToText(), leaderboard.ToCsv(), leaderboard.ToJson(), leaderboard.ToMarkdown() });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static CnnRunDetail[] Runs()
    {
        var labels = ExampleScores.Labels(500, Classes, seed: 1);
        return
        [
            ExampleTrials.Run(1, ExampleScores.Of(labels, Classes, 1.80, 1), latency: 5, bytes: 45_000_000),
            ExampleTrials.Run(2, ExampleScores.Of(labels, Classes, 1.78, 2), ExampleTrials.Configuration("mobilenet_v2"), latency: 2, bytes: 9_000_000),
            ExampleTrials.Run(3, ExampleScores.Of(labels, Classes, 0.8, 3), ExampleTrials.Configuration("lenet5"), latency: 0.2, bytes: 300_000),
            ExampleTrials.Run(4, ExampleScores.Of(ExampleScores.Labels(400, Classes, seed: 2), Classes, 0.7, 4), latency: 9, bytes: 90_000_000),
        ];
    }
}
