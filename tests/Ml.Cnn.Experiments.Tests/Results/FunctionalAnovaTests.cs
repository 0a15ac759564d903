using Ml.Cnn.Experiments.Results.Importance;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that importances are those of functions whose importances are known, and that noise has none.</summary>
[TestClass]
public sealed class FunctionalAnovaTests
{
    /// <summary>f = 3·[x ≥ ½] + 1·[y ≥ ½] + 2·[x ≥ ½][y ≥ ½] as four leaves: shares by hand from its marginal means.</summary>
    [TestMethod]
    public void ATreesVarianceIsTakenApartExactly()
    {
        ConfigurationAxis[] axes = [new("x", 0), new("y", 0)];
        var whole = LeafRegion.Whole(axes);
        (LeafRegion, double)[] leaves =
        [
            (whole.With(0, 0, 0.5).With(1, 0, 0.5), 0), (whole.With(0, 0.5, 1).With(1, 0, 0.5), 3),
            (whole.With(0, 0, 0.5).With(1, 0.5, 1), 1), (whole.With(0, 0.5, 1).With(1, 0.5, 1), 6),
        ];
        // Means over y: 0.5 and 4.5; over x: 1.5 and 3.5; of all: 2.5. Variances: 4, 1, and (6.25 + 0.25 + 2.25 + 12.25) / 4 = 5.25 in all.
        var shares = FunctionalAnova.Shares(axes, leaves)!;
        Assert.AreEqual(4 / 5.25, shares[0], 1e-12);
        Assert.AreEqual(1 / 5.25, shares[1], 1e-12);
    }

    [TestMethod]
    public void CategoriesAreTakenApartExactly()
    {
        ConfigurationAxis[] axes = [new("network", 3), new("x", 0)];
        var whole = LeafRegion.Whole(axes);
        (LeafRegion, double)[] leaves =
        [
            (whole.With(0, [true, false, false]), 6), (whole.With(0, [false, true, true]).With(1, 0, 0.25), 4),
            (whole.With(0, [false, true, true]).With(1, 0.25, 1), 0),
        ];
        // Network: 6, 1, 1; x: (6 + 2·4)/3 up to ¼, 6/3 behind it; of all 8/3.
        const double Mean = 8.0 / 3;
        var network = ((6 - Mean) * (6 - Mean) + 2 * (1 - Mean) * (1 - Mean)) / 3;
        var x = 0.25 * (14.0 / 3 - Mean) * (14.0 / 3 - Mean) + 0.75 * (2 - Mean) * (2 - Mean);
        var all = (36 + 2 * 0.25 * 16) / 3 - Mean * Mean;
        var shares = FunctionalAnova.Shares(axes, leaves)!;
        Assert.AreEqual(network / all, shares[0], 1e-12);
        Assert.AreEqual(x / all, shares[1], 1e-12);
    }

    /// <summary>2·x + y + network, on as many trials as an experiment has: variances of 4/12, 1/12 and 2/3 of the networks 0, 1 and 2.</summary>
    [TestMethod]
    [DataRow(40, 0.17)]
    [DataRow(100, 0.12)]
    public void ASumsSharesAreFound(int trials, double tolerance)
    {
        var (space, random) = (Space(trials, seed: 1), new Random(2));
        double[] scores = [.. space.Points.Select(point => 2 * point[0] + point[1] + point[2] + 0.02 * ExampleScores.Normal(random))];
        var shares = FunctionalAnova.Shares(space, scores);
        var all = 4.0 / 12 + 1.0 / 12 + 2.0 / 3;
        Assert.AreEqual(4.0 / 12 / all, shares[0].Share, tolerance);
        Assert.AreEqual(1.0 / 12 / all, shares[1].Share, tolerance);
        Assert.AreEqual(2.0 / 3 / all, shares[2].Share, tolerance);
        Assert.IsTrue(shares[2].IsMoreThanChance);
        Assert.IsTrue(shares[0].IsMoreThanChance);
        Assert.IsTrue(shares[2].Share > shares[0].Share && shares[0].Share > shares[1].Share && shares[1].Share > shares[3].Share);
    }

    /// <summary>An optimum in the middle, as of a learning rate, has no slope: its importance must be found all the same.</summary>
    [TestMethod]
    public void AnOptimumInTheMiddleMatters()
    {
        var space = Space(60, seed: 3);
        var shares = FunctionalAnova.Shares(space, [.. space.Points.Select(point => -(point[0] - 0.5) * (point[0] - 0.5))]);
        Assert.IsTrue(shares[0].Share > 0.6, $"{shares[0].Share}");
        Assert.IsTrue(shares[0].IsMoreThanChance);
    }

    /// <summary>Scores that hang on nothing: of forty settings in ten experiments, about two may be called more than chance.</summary>
    [TestMethod]
    public void NoiseHasNoImportance()
    {
        var called = 0;
        for (var experiment = 0; experiment < 10; experiment++)
        {
            var (space, random) = (Space(30, seed: 10 + experiment), new Random(50 + experiment));
            called += FunctionalAnova.Shares(space, [.. space.Points.Select(_ => ExampleScores.Normal(random))]).Count(share => share.IsMoreThanChance);
        }
        Assert.IsTrue(called <= 6, $"{called} of 40");
    }

    [TestMethod]
    public void TrialsAreComparedBehindTheFirstRung()
    {
        // Behind the first rung the learning rate decides; the metrics at the end say how long each was trained.
        var runs = Runs(seed: 1, (_, rate) => [0.5 + 0.1 * Math.Log10(rate), 0.9], trial => ExampleTrials.Metrics(trial % 2 == 0 ? 0.9 : 0.5));
        var importances = SettingImportances.Of(runs, CnnExperimentMetric.Accuracy);
        Assert.AreEqual("learningRate", importances[0].Setting);
        Assert.HasCount(2, importances); // of everything else there was one value
        Assert.IsEmpty(SettingImportances.Of(runs[..9], CnnExperimentMetric.Accuracy));
    }

    /// <summary>One trial in forty went astray, to a log loss of 30: what mattered to the others is what is to be found.</summary>
    [TestMethod]
    public void OneOutlierDoesNotDecideWhatMattered()
    {
        var runs = Runs(seed: 4, (trial, _) => [trial == 7 ? -30 : trial % 2 == 0 ? -0.5 : -1]);
        var importances = SettingImportances.Of(runs, CnnExperimentMetric.LogLoss);
        Assert.AreEqual("architecture", importances[0].Setting);
        Assert.IsTrue(importances[0].Importance > 0.6, $"{importances[0].Importance}");
    }

    // Forty trials with learning rates of their own, those with even numbers of another network than the others.
    private static CnnRunDetail[] Runs(int seed, Func<int, double, IReadOnlyList<double>> rungScores, Func<int, CnnTrialMetrics>? metrics = null)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, 40).Select(trial =>
        {
            var rate = Math.Pow(10, -3 + 2 * random.NextDouble());
            return new CnnRunDetail
            {
                Trial = trial,
                Configuration = ExampleTrials.Configuration(trial % 2 == 0 ? "resnet18" : "lenet5", rate),
                Status = CnnTrialStatus.Completed,
                ValidationMetrics = metrics?.Invoke(trial),
                RungScores = rungScores(trial, rate),
            };
        })];
    }

    // x, y, a network of three, and an optimizer of two that nothing hangs on.
    private static ConfigurationSpace Space(int trials, int seed)
    {
        var random = new Random(seed);
        return new([new("x", 0), new("y", 0), new("network", 3), new("optimizer", 2)],
            [.. Enumerable.Range(0, trials).Select(_ => (double[])[random.NextDouble(), random.NextDouble(), random.Next(3), random.Next(2)])]);
    }
}
