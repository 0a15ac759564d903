using Microsoft.ML;
using TorchSharp;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The range test for learning rates.</summary>
[TestClass]
public sealed class LearningRateFinderTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects what it is for: the suggested rate trains well, where a hundredth of it has hardly begun; the curve ends once the loss has grown.
    /// </summary>
    [TestMethod]
    [DataRow(Optimizer.Sgd)]
    [DataRow(Optimizer.AdamW)]
    public void The_suggested_rate_trains_well(Optimizer optimizer)
    {
        var data = Keyed(s_mlContext.Data.GenerateDigits(2000));
        var curve = Trainer(o => o.Optimizer = optimizer).FindLearningRate(data);
        Assert.IsNotNull(curve.Suggestion);
        var highest = curve.Points[^1].LearningRate;
        Console.WriteLine($"{optimizer}: suggested {curve.Suggestion:g3}, ended at {highest:g3} after {curve.Points.Count} steps");
        Assert.AreEqual(1e-6, curve.Points[0].LearningRate, 1e-12);
        for (var i = 1; i < curve.Points.Count; i++)
            Assert.AreEqual(Math.Pow(1e7, 1 / 99.0), curve.Points[i].LearningRate / curve.Points[i - 1].LearningRate, 1e-6);
        Assert.IsGreaterThan(curve.Points.Min(p => p.SmoothedLoss), curve.Points[^1].SmoothedLoss);

        double Accuracy(double rate) => Trainer(o => (o.Optimizer, o.LearningRate, o.Epochs) = (optimizer, rate, 2)).Fit(data).History[^1].Accuracy;
        var found = Accuracy(curve.Suggestion.Value);
        Assert.IsGreaterThan(0.6, found);
        Assert.IsGreaterThan(Accuracy(curve.Suggestion.Value / 100), found);
    }

    /// <summary>Protects repeatable searches, and what comes after: the trainer and the process's random state are as if there had been none.</summary>
    [TestMethod]
    public void A_search_repeats_and_leaves_nothing_behind()
    {
        var data = Keyed(s_mlContext.Data.GenerateDigits(200));
        var epochs = 0;
        var trainer = Trainer(o => (o.GradientAccumulation, o.BatchSize, o.ValidationSet, o.EpochCallback) = (2, 20, data, _ => epochs++));
        var weights = Pipelines.Weights(trainer.Fit(data));
        Assert.AreEqual(1, epochs);
        torch.random.manual_seed(5);
        using var before = torch.random.get_rng_state();
        var curve = trainer.FindLearningRate(data, lowest: 1e-4, highest: 1e-2, steps: 20);
        CollectionAssert.AreEqual(curve.Points.ToArray(), trainer.FindLearningRate(data, 1e-4, 1e-2, 20).Points.ToArray());
        using var after = torch.random.get_rng_state();
        CollectionAssert.AreEqual(before.data<byte>().ToArray(), after.data<byte>().ToArray());
        Assert.HasCount(20, curve.Points);
        Assert.AreEqual(1, epochs);
        Assert.AreEqual(weights, Pipelines.Weights(trainer.Fit(data)));
    }

    [TestMethod]
    public void What_cannot_be_searched_is_refused()
    {
        var data = Keyed(s_mlContext.Data.GenerateDigits(20));
        Assert.AreEqual("lowest", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer().FindLearningRate(data, lowest: 0)).ParamName);
        Assert.AreEqual("highest", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer().FindLearningRate(data, lowest: 1, highest: 1)).ParamName);
        Assert.AreEqual("steps", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer().FindLearningRate(data, steps: 9)).ParamName);
        Assert.Throws<OperationCanceledException>(() => Trainer(o => o.CancellationToken = new(canceled: true)).FindLearningRate(data));
    }

    private static CnnTrainer Trainer(Action<LeNetOptions>? change = null) =>
        s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: change));

    private static IDataView Keyed(IDataView data) => s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
}
