using Microsoft.ML;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Training.Control;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What is validated, and when training is over.</summary>
[TestClass]
public sealed class ControlTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects early stopping: it ends training where progress ended, and the best epoch's weights come back.</summary>
    [TestMethod]
    public void Early_stopping_returns_the_best_epoch()
    {
        // Labels without sense: the validation loss rises once the network learns its few images by heart.
        var data = s_mlContext.Data.LoadFromEnumerable(s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(200), reuseRowObject: false)
            .Select((digit, row) => new Digit { Image = digit.Image, Label = $"{row * 7919 % 13 % 4}" }).ToArray());
        var weights = new List<string>();
        TorchSharp.torch.nn.Module network = null!;
        var model = s_mlContext.FitOwn(data, (channels, classes) =>
        {
            var own = new CrashingNetwork(channels, classes, int.MaxValue, _ => { });
            network = own;
            return own;
        }, o => (o.Epochs, o.BatchSize, o.Seed, o.ValidationFraction, o.EarlyStopping, o.EpochCallback) =
            (60, 20, 2, 0.3, new EarlyStopping { Metric = EarlyStoppingMetric.ValidationLoss, Patience = 4 }, _ => weights.Add(Pipelines.Weights(network))));

        Assert.AreEqual(StopReason.NoProgress, model.StopReason);
        var best = model.History.MinBy(e => e.ValidationLoss)!;
        Assert.HasCount(best.Epoch + 4, model.History);
        Assert.AreEqual(best, model.History.Last(e => e.IsBest));
        Assert.AreEqual(weights[best.Epoch - 1], Pipelines.Weights(model));
        Assert.AreNotEqual(weights[^1], Pipelines.Weights(model));
    }

    /// <summary>Protects patience and the minimum change, epoch by epoch.</summary>
    [TestMethod]
    public void Patience_counts_epochs_without_enough_progress()
    {
        var ranking = new EpochRanking(new EarlyStopping { Patience = 2, MinimumChange = 0.1 }, isValidated: false);
        CnnEpoch Epoch(double loss) => new() { Epoch = 1, Epochs = 9, Metrics = MetricValues.Of((Metric.Loss, loss)), Images = 10, Seconds = 1 };
        var history = new List<CnnEpoch>();
        var over = new List<bool>();
        foreach (var loss in (double[])[2, 1.5, 1.45, 1.39, 1.35, 1.30])
        {
            var epoch = Epoch(loss);
            history.Add(epoch with { IsBest = ranking.IsBest(epoch, history) });
            over.Add(ranking.IsWithoutProgress(history));
        }
        CollectionAssert.AreEqual(new[] { false, false, false, false, false, true }, over); // 1.45 is not enough, 1.39 is, 1.35 and 1.30 are not
        Assert.IsTrue(history.All(e => e.IsBest), "The best epoch is the lowest loss all the same.");
        Assert.IsFalse(new EpochRanking(null, isValidated: false).IsWithoutProgress(history));
    }

    /// <summary>Protects the validation fraction: every class has its part, the seed alone decides, and nothing of it is trained on.</summary>
    [TestMethod]
    public void A_validation_fraction_is_kept_apart()
    {
        long trained = 0;
        CnnTransformer Train(int seed, int threads) => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(200), Pipelines.Options(epochs: 2, change: o =>
            (o.ValidationFraction, o.Seed, o.ReaderThreads, o.BatchSize, o.EpochCallback) = (0.25, seed, threads, 30,
                e => trained = e.Images))).LastTransformer;
        var model = Train(seed: 1, threads: 1);
        Assert.AreEqual(150, trained);
        Assert.IsNotNull(model.History[0].ValidationAccuracy);
        Assert.AreEqual(Pipelines.Weights(model), Pipelines.Weights(Train(seed: 1, threads: 4)));

        var split = s_mlContext.Data.TrainTestSplitByClass(s_mlContext.Data.GenerateDigits(200), testFraction: 0.25, seed: 1);
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(200));
        var accuracy = s_mlContext.MulticlassClassification.Evaluate(model.Transform(keys.Transform(split.TestSet))).MicroAccuracy;
        Assert.AreEqual(model.History.Max(e => e.ValidationAccuracy)!.Value, accuracy, 1e-9);
    }

    /// <summary>Protects against a best epoch that nothing was measured for.</summary>
    [TestMethod]
    public void A_validation_fraction_of_nothing_is_refused()
    {
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(100), reuseRowObject: false).DistinctBy(digit => digit.Label)
            .ToArray();
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.LoadFromEnumerable(digits), Pipelines.Options(change: o => o.ValidationFraction = 0.5)));
        Assert.Contains("ValidationFraction", error.Message);
    }

    /// <summary>Protects a budget: training ends at the step behind it, with a model.</summary>
    [TestMethod]
    public void A_time_budget_ends_training()
    {
        var steps = 0;
        var model = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(200),
            (channels, classes) => new CrashingNetwork(channels, classes, int.MaxValue, step => steps = step),
            o => (o.Epochs, o.BatchSize, o.TimeBudget) = (1000, 20, TimeSpan.FromTicks(1)));
        Assert.AreEqual(StopReason.TimeBudgetSpent, model.StopReason);
        Assert.AreEqual(1, steps);
        Assert.HasCount(10, Pipelines.Scores(model.Transform(s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(200))
            .Transform(s_mlContext.Data.GenerateDigits(10)))));
    }

    /// <summary>Protects callers that want .NET's own behavior: canceling throws where they say so.</summary>
    [TestMethod]
    public void Canceling_throws_where_it_is_asked_to()
    {
        using var cancellation = new CancellationTokenSource();
        var error = Assert.Throws<OperationCanceledException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(100), Pipelines.Options(epochs: 3, change: o =>
            (o.CancellationToken, o.OnCancellation, o.EpochCallback) = (cancellation.Token, CancellationHandling.Throw, _ => cancellation.Cancel()))));
        Assert.AreEqual(cancellation.Token, error.CancellationToken);
        Assert.Contains("after 1 whole epochs", error.Message);
    }
}
