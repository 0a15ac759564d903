using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Tests.Execution;

/// <summary>What an experiment does with a search that wants nothing more.</summary>
[TestClass]
public sealed class DecisionsTests
{
    private const double Budget = 1000; // seconds

    /// <summary>
    /// Protects the end of a budget of time: the best trial is trained as far as the time goes, to an epoch that is known beforehand, so that its learning rate
    /// comes down until then.
    /// </summary>
    [TestMethod]
    [DataRow(900, 4 + 80 / 10, DisplayName = "80 s for epochs of 10 s, and 20 for what follows")]
    [DataRow(700, null, DisplayName = "enough for the rung")]
    public void TheBestTrialIsTrainedToTheEpochThatTheTimeIsEnoughFor(double seconds, int? epochs)
    {
        var decided = new Decisions(Definition(), new NothingMore()).Next(State, seconds, lag: 1, out var ended);
        Assert.IsNull(ended);
        Assert.AreEqual((2, 1), (decided!.Trial, decided.Rung));
        Assert.AreEqual(epochs, decided.Epochs);
        Assert.AreEqual(Budget - seconds, decided.SecondsLeft!.Value, 0.01 * Budget);
    }

    [TestMethod]
    [DataRow(985, DisplayName = "too little time")]
    [DataRow(975, DisplayName = "less than an epoch")]
    public void WhatIsEnoughForNothingIsLeft(double seconds)
    {
        Assert.IsNull(new Decisions(Definition(), new NothingMore()).Next(State, seconds, lag: 1, out var ended));
        Assert.AreEqual("enough", ended);
    }

    // Two trials behind the first rung: epochs of 1 s and of 10 s, the second the better one.
    private static ExperimentState State => ExperimentState.Of(
    [
        new JobDecided(1, 1, 0, Trial("lenet5"), "", null), Ended(1, accuracy: 0.3, seconds: 4),
        new JobDecided(2, 2, 0, Trial("resnet18"), "", null), Ended(2, accuracy: 0.4, seconds: 40),
    ]);

    private static JobEnded Ended(int job, double accuracy, double seconds) => new(job, new()
    {
        Status = CnnTrialStatus.Completed,
        Epochs = 4,
        Images = 4 * 2000,
        Seconds = seconds,
        Metrics = new() { Accuracy = accuracy, MacroAccuracy = accuracy, LogLoss = 1, Top5Accuracy = 1, MacroF1 = accuracy, Images = 500 },
    });

    private static TrialConfiguration Trial(string architecture) => new()
    {
        Architecture = architecture,
        ImageSize = 64,
        BatchSize = 64,
        LearningRate = 0.01,
        Optimizer = Optimizer.Sgd,
        WeightDecay = 0,
        Augmentation = "none",
        Seed = 1,
    };

    private static ExperimentDefinition Definition() => new()
    {
        Budget = new(Budget, Images: null, Trials: null),
        Candidates = [new("lenet5", null), new("resnet18", null)],
        Metric = CnnExperimentMetric.Accuracy,
        Limits = new(),
        Space = ExperimentDefinition.SpaceJson.Of(new()),
        Search = CnnSearchMethod.SuccessiveHalving,
        FirstRungEpochs = 4,
        ReductionFactor = 3,
        MaximumEpochs = 52,
        ValidationFraction = null,
        Folds = null,
        Seed = 1,
        Parallelism = 1,
        Device = "cpu",
        Threads = 1,
        Cache = ImageCache.None,
        OnBadImage = BadImageHandling.Fail,
        LabelColumnName = "Label",
        FeatureColumnName = "Image",
        WarmStart = [],
        Data = new(Images: 2000, ValidationImages: 500, Classes: ["a", "b"], Channels: 3),
    };

    private sealed class NothingMore : SearchStrategy
    {
        public override SearchDecision Next(SearchView view) => new SearchDecision.End("enough");
    }
}
