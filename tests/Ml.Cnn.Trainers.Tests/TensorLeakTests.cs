using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>
/// Training and scoring free the tensors they make, without the garbage collector. TorchSharp's process-wide count is the
/// measure: it counts a Parameter twice when one is made and once when it goes, so it is compared only over work that makes none.
/// </summary>
[TestClass]
public sealed class TensorLeakTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects long training runs: 200 steps leave as many tensors as the first few.</summary>
    [TestMethod]
    [DataRow(Optimizer.Sgd, false)]
    [DataRow(Optimizer.AdamW, true)]
    public void Training_steps_leave_no_tensor(Optimizer optimizer, bool withEverything)
    {
        Settle();
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(100));
        var data = keys.Transform(s_mlContext.Data.GenerateDigits(100));
        var counts = new List<long>();
        var options = Pipelines.Options(epochs: 21, change: o =>
            (o.Optimizer, o.BatchSize, o.ValidationSet, o.EpochCallback) = (optimizer, 10, data, _ => counts.Add(Tensor.TotalCount)));
        if (withEverything)
        {
            (options.LabelSmoothing, options.ClassWeights, options.BalancedSampling, options.Augmentation) = (0.1, ClassWeights.Balanced, true,
                new([], new Transforms.Mixup()));
            (options.GradientAccumulation, options.GradientClippingNorm, options.GradientClippingValue, options.ExponentialMovingAverage) = (3, 1, 1, 0.9);
        }
        s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(data);

        Assert.HasCount(21, counts);
        // What was made before the first step may wait for the garbage collector, and go. A step's leftovers would add up from epoch to epoch.
        Assert.IsTrue(counts.Zip(counts.Skip(1)).All(pair => pair.Second <= pair.First), $"live tensors after each epoch: {string.Join(", ", counts)}");
    }

    /// <summary>Protects services that train again and again: a Fit whose model is let go leaves nothing, however many steps it had.</summary>
    [TestMethod]
    public void A_longer_Fit_leaves_no_more_than_a_short_one()
    {
        long Left(int epochs)
        {
            var before = Settle();
            Train(epochs);
            return Settle() - before;
        }
        Left(1);
        Assert.AreEqual(Left(1), Left(5));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Train(int epochs) => s_mlContext.FitLeNet(s_mlContext.EnumerableDigits(100), Pipelines.Options(epochs, o => o.BatchSize = 10));
    }

    /// <summary>Protects services: ten thousand predictions, in batches and one by one, leave no tensor behind.</summary>
    [TestMethod]
    public void Predictions_leave_no_tensor()
    {
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60));
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(100), reuseRowObject: false).ToArray();
        var many = s_mlContext.Data.GenerateDigits(9000);
        Predict(100);
        Settle();

        var before = Tensor.TotalCount;
        Assert.HasCount(9000, Pipelines.PredictedKeys(model.Transform(many)));
        Predict(1000);
        Assert.AreEqual(before, Tensor.TotalCount);

        void Predict(int count)
        {
            using var engine = s_mlContext.Model.CreatePredictionEngine<Digit, DigitScores>(model);
            for (var i = 0; i < count; i++)
                engine.Predict(digits[i % digits.Length]);
        }
    }

    /// <summary>Protects features, whose part of the network is applied layer by layer.</summary>
    [TestMethod]
    public void Features_leave_no_tensor()
    {
        var data = s_mlContext.Data.GenerateDigits(100);
        var features = s_mlContext.Transforms.CnnFeatures("Features", "Image", s_mlContext.FitLeNet(data).LastTransformer, "conv2", pool: true).Fit(data)
            .Transform(data);
        Assert.AreEqual(100, features.GetColumn<float[]>("Features").Count()); // makes the copy that computes, which keeps its weights
        var before = Settle();
        Assert.AreEqual(100, features.GetColumn<float[]>("Features").Count());
        Assert.AreEqual(before, Tensor.TotalCount);
    }

    /// <summary>Protects readers that stop early: half-read cursors that are disposed leave no tensor.</summary>
    [TestMethod]
    public void A_cursor_that_is_left_early_leaves_no_tensor()
    {
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60));
        var scored = model.Transform(s_mlContext.Data.GenerateDigits(100));
        Settle();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 20; i++)
        {
            using var cursor = scored.GetRowCursor(scored.Schema);
            for (var row = 0; row <= i; row++)
                cursor.MoveNext();
        }
        Assert.AreEqual(before, Tensor.TotalCount);
    }

    /// <summary>Lets go of what earlier tests left to the collector, and counts what lives.</summary>
    internal static long Settle()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Tensor.TotalCount;
    }
}
