using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Training that ends before its time: canceled, or because the loss is no longer a number.</summary>
[TestClass]
public sealed class StoppingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects hours of training: canceling in the middle of an epoch gives the model as it is.</summary>
    [TestMethod]
    [DataRow(1, "own")]
    [DataRow(2, "own")]
    [DataRow(2, "enumerable")]
    public void Canceling_in_an_epoch_returns_the_model(int epoch, string source)
    {
        using var cancellation = new CancellationTokenSource();
        var data = source == "own" ? s_mlContext.Data.GenerateDigits(400) : s_mlContext.EnumerableDigits(400);
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        RecordingNetwork network = null!;
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 5, BatchSize = 20, CancellationToken = cancellation.Token };
        var last = epoch * 20 - 15;
        void Cancel(int step)
        {
            if (step == last)
                cancellation.Cancel();
        }
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Cnn((channels, classes) => network = new(channels, classes) { OnStep = Cancel }, options))
                .Fit(data);

        Assert.AreEqual(StopReason.Canceled, model.LastTransformer.StopReason);
        Assert.HasCount(epoch - 1, model.LastTransformer.History);
        Assert.HasCount(last, network.BatchSizes);
        Assert.AreNotEqual(network.WeightsBeforeStep[0], Pipelines.Weights(network));
        Assert.Contains(m => m.StartsWith("Warning: Training was canceled", StringComparison.Ordinal), messages);
        Assert.HasCount(400, Pipelines.Scores(model.Transform(data)));
    }

    /// <summary>Protects callers who canceled before there was anything to return.</summary>
    [TestMethod]
    [DataRow("own")]
    [DataRow("enumerable")]
    public void Canceling_before_the_first_step_is_an_exception(string source)
    {
        var data = source == "own" ? s_mlContext.Data.GenerateDigits(100) : s_mlContext.EnumerableDigits(100);
        Assert.Throws<OperationCanceledException>(() => s_mlContext.FitLeNet(data, Pipelines.Options(change: o => o.CancellationToken = new(canceled: true))));
    }

    /// <summary>Protects canceling while the validation set is scored: the last whole epoch counts.</summary>
    [TestMethod]
    public void Canceling_in_a_callback_keeps_the_best_epoch()
    {
        using var cancellation = new CancellationTokenSource();
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(100));
        var data = keys.Transform(s_mlContext.Data.GenerateDigits(100));
        var options = Pipelines.Options(epochs: 5, change: o => (o.ValidationSet, o.CancellationToken, o.EpochCallback) = (data, cancellation.Token, e =>
        {
            if (e.Epoch == 2)
                cancellation.Cancel();
        }
        ));
        var model = s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(data);
        Assert.AreEqual(StopReason.Canceled, model.StopReason);
        Assert.HasCount(2, model.History);
        Assert.AreEqual(model.History.Max(e => e.ValidationAccuracy)!.Value, s_mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy,
            1e-9);
    }

    /// <summary>Protects against a useless model: a loss that is no number in the first epoch is an error with advice.</summary>
    [TestMethod]
    public void A_loss_that_is_no_number_in_the_first_epoch_is_an_error()
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(200), Pipelines.Options(change: o => (o.LearningRate, o.BatchSize) = (1e30, 20))));
        Assert.Contains("lower the learning rate", error.Message);
    }

    /// <summary>Protects what was learned before it: a later loss that is no number ends training with the best epoch's weights.</summary>
    [TestMethod]
    public void A_later_loss_that_is_no_number_returns_the_best_epoch()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        RecordingNetwork network = null!;
        var data = mlContext.Data.GenerateDigits(200);
        var model = mlContext.FitOwn(data, (channels, classes) => network = new(channels, classes) { NotANumberFrom = 13 },
            o => (o.Epochs, o.BatchSize) = (4, 40));

        Assert.AreEqual(StopReason.LossNotFinite, model.StopReason);
        Assert.HasCount(2, model.History);
        var best = model.History.Last(e => e.IsBest).Epoch;
        Assert.AreEqual(network.WeightsBeforeStep[best * 5], Pipelines.Weights(model));
        Assert.Contains(m => m.StartsWith("Warning: The loss was NaN in epoch 3, step 13", StringComparison.Ordinal), messages);
        Assert.IsTrue(Pipelines.Scores(model.Transform(mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data)))
            .All(s => s.All(float.IsFinite)));
    }
}
