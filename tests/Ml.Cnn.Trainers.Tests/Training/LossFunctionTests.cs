using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Transforms;
using MlCnn.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Losses that the user chooses: their values, their text, and what they do.</summary>
[TestClass]
public sealed class LossFunctionTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the definitions: values and gradients are the papers' formulas' in PyTorch, with weights, smoothing and mixed images.</summary>
    [TestMethod]
    public void Losses_are_those_of_their_papers()
    {
        (string Loss, double Smoothing)[] losses = [("cross-entropy", 0.1), ("focal:2", 0), ("focal:0.5", 0.1), ("focal:0", 0.1), ("binary:0.2", 0),
            ("binary:0.2", 0.1), ("generalized:0.7", 0), ("generalized:1", 0), ("symmetric:0.1,1,-4", 0)];
        var cases = losses.SelectMany(_ => (float[][])[[1, 1, 1], [0.5f, 2, 3]], (loss, weights) => (loss.Loss, loss.Smoothing, Weights: weights))
            .SelectMany(_ => (float[])[1, 0.7f, 0.9f], (one, share) => (one.Loss, one.Smoothing, one.Weights, Share: share)).ToArray();
        var lines = PythonTorch.Run("losses.py", [.. cases.Select(one =>
            $"{one.Loss}/{Text(one.Smoothing)}/{string.Join(',', one.Weights.Select(weight => Text(weight)))}/{Text(one.Share)}")]).Trim().Split('\n');
        Assert.HasCount(cases.Length, lines);
        using var scope = NewDisposeScope();
        var (labels, others) = (tensor((long[])[0, 2, 1]), tensor((long[])[2, 0, 1]));
        foreach (var ((text, smoothing, weights, share), line) in cases.Zip(lines))
        {
            var expected = line.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var logits = tensor(new float[,] { { 1, 2, -1 }, { 0, 0.5f, 3 }, { -2, 0, 0.1f } }, requires_grad: true);
            var loss = new TrainingLoss(LossFunction.Parse(text).Loss, smoothing, weights.All(c => c == 1) ? null : tensor(weights), usesExampleWeights: false);
            var value = share == 1 ? loss.Of(logits, labels, ones(3))
                : new MixedBatch(logits, labels, others, ones(3), ones(3), share).Loss(loss, logits);
            value.backward();
            Assert.AreEqual(expected[0], value.ToDouble(), 1e-6, $"{text}, share {share}");
            for (var i = 0; i < 9; i++)
                Assert.AreEqual(expected[i + 1], logits.grad![i / 3, i % 3].ToDouble(), 1e-6, $"{text}, share {share}, gradient {i}");
        }

        static string Text(double number) => number.ToString("g6", CultureInfo.InvariantCulture);
    }

    /// <summary>Protects mixed images of weighted ones: each part counts by its own image's weight, also where both classes are there.</summary>
    [TestMethod]
    public void Both_parts_of_a_mixed_image_count_by_their_weights()
    {
        using var scope = NewDisposeScope();
        var loss = new TrainingLoss(LossFunction.BinaryCrossEntropy().Loss, 0, tensor((float[])[0.5f, 2, 3]), usesExampleWeights: true);
        var logits = tensor(new float[,] { { 1, 2, -1 }, { 0, 0.5f, 3 } });
        var (labels, weights) = (tensor((long[])[0, 2]), tensor((float[])[1, 4]));
        var mixed = new MixedBatch(logits, labels, labels.flip(0), weights, weights.flip(0), 0.7f).Loss(loss, logits).ToDouble();
        double Each(double a, double b, double c) => (Absent(-a) + Absent(b) + Absent(-c)) / 3; // classes 0 and 2 are there
        var expected = ((0.7 * 0.5 * 1 + 0.3 * 3 * 4) * Each(1, 2, -1) + (0.7 * 3 * 4 + 0.3 * 0.5 * 1) * Each(0, 0.5, 3)) / (0.5 * 1 + 3 * 4);
        Assert.AreEqual(expected, mixed, 1e-5);

        static double Absent(double logit) => Math.Log(1 + Math.Exp(logit));
    }

    /// <summary>Protects steps from the ends of the numbers: an output that is sure, rightly or wrongly, has a finite loss and gradient.</summary>
    [TestMethod]
    [DataRow("focal:0.5")]
    [DataRow("focal:2")]
    [DataRow("binary")]
    [DataRow("generalized")]
    [DataRow("symmetric")]
    public void A_sure_output_has_a_finite_gradient(string text)
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[,] { { 300, 0, -300 }, { 0, 0, 200 } }, requires_grad: true);
        foreach (var label in (long[])[0, 2])
        {
            var loss = LossFunction.Parse(text).Loss.Of(logits, tensor((long[])[label, label]));
            loss.backward();
            Assert.IsTrue(loss.isfinite().item<bool>(), text);
            Assert.IsTrue(logits.grad!.isfinite().all().item<bool>(), text);
        }
    }

    /// <summary>Protects model files and command lines: what a loss writes is read as the same loss.</summary>
    [TestMethod]
    [DataRow("cross-entropy", "cross-entropy")]
    [DataRow("Focal", "focal:2")]
    [DataRow("focal:0.5", "focal:0.5")]
    [DataRow("binary", "binary:0.2")]
    [DataRow("binary:0", "binary:0")]
    [DataRow("generalized", "generalized:0.7")]
    [DataRow("symmetric", "symmetric:0.1,1,-4")]
    [DataRow("symmetric:6,0.1", "symmetric:6,0.1,-4")]
    public void The_text_of_a_loss_is_read_again(string text, string written)
    {
        Assert.AreEqual(written, LossFunction.Parse(text).ToString());
        Assert.AreEqual(written, LossFunction.Parse(written).ToString());
    }

    [TestMethod]
    [DataRow("hinge", "There are: cross-entropy, focal[:GAMMA]")]
    [DataRow("focal:1,2", "There are")]
    [DataRow("focal:x", "There are")]
    [DataRow("focal:-1", "gamma must be 0 or more")]
    [DataRow("binary:0.5", "leastShare must be from 0 to below 0.5")]
    [DataRow("generalized:0", "q must be above 0 and at most 1")]
    [DataRow("symmetric:1,0", "beta must be above 0")]
    [DataRow("symmetric:1,1,4", "logOfZero must be below 0")]
    public void A_text_that_is_no_loss_is_refused(string text, string message)
    {
        var error = Assert.ThrowsExactly<FormatException>(() => LossFunction.Parse(text));
        Assert.Contains($"'{text}' is no loss", error.Message);
        Assert.Contains(message, error.Message);
    }

    /// <summary>
    /// Protects trainings as they were: cross-entropy by name is what networks have by themselves, to the bit; LeNet-5 as published keeps its own.
    /// </summary>
    [TestMethod]
    public void No_loss_is_the_network_s_own()
    {
        string Train(LossFunction? loss) => Pipelines.Weights(s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(100),
            Pipelines.Options(change: o => (o.Loss, o.Augmentation, o.ClassWeights) = (loss, new([], new Mixup()), ClassWeights.Balanced))).LastTransformer);
        Assert.AreEqual(Train(null), Train(LossFunction.CrossEntropy));
        Assert.AreNotEqual(Train(null), Train(LossFunction.Focal()));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20),
            Pipelines.Options(change: o => (o.Variant, o.Loss) = (LeNetVariant.Published, LossFunction.Focal()))));
        Assert.AreEqual(nameof(CnnOptions.Loss), error.ParamName);
        Assert.Contains("lenet5_1998", error.Message);
    }

    /// <summary>
    /// Protects what a model says: it learns real digits by every loss, mixed as they are; its scores are probabilities, and validation measures their plain
    /// cross-entropy.
    /// </summary>
    [TestMethod]
    [DataRow("focal")]
    [DataRow("binary")]
    [DataRow("generalized")]
    [DataRow("symmetric")]
    public void Real_digits_are_learned_by_every_loss(string text)
    {
        var test = Mnist(DataSplit.Test, 500, wrong: 0);
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(test);
        var options = Pipelines.Options(epochs: 3, o =>
        {
            (o.LearningRate, o.BatchSize) = (0.004, 32);
            (o.Loss, o.Optimizer, o.Cache, o.ValidationSet) = (LossFunction.Parse(text), Optimizer.AdamW, ImageCache.Memory, keys.Transform(test));
            o.Augmentation = new([], new CutMix());
        });
        using var model = s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(keys.Transform(Mnist(DataSplit.Train, 2000, wrong: 0)));
        var scored = s_mlContext.MulticlassClassification.Evaluate(model.Transform(keys.Transform(test)));
        Console.WriteLine(FormattableString.Invariant($"{text}: {scored.MicroAccuracy}, loss {scored.LogLoss}"));
        Assert.IsGreaterThan(0.6, scored.MicroAccuracy);
        Assert.AreEqual(scored.LogLoss, model.History.Last(epoch => epoch.IsBest).ValidationLoss!.Value, 1e-4);
        foreach (var scores in Pipelines.Scores(model.Transform(keys.Transform(s_mlContext.Data.TakeRows(test, 20)))))
            Assert.AreEqual(1, scores.Sum(), 1e-5);
        Assert.AreEqual(LossFunction.Parse(text).ToString(), model.Scorer.Model.Training!.Settings.GetProperty("loss").GetProperty("loss").GetString());
    }

    /// <summary>Protects networks whose products are bfloat16: the loss is computed in float32, and what it gives back is finite.</summary>
    [TestMethod]
    [DataRow("focal")]
    [DataRow("binary")]
    [DataRow("generalized")]
    [DataRow("symmetric")]
    public void Coarser_products_do_for_every_loss(string text)
    {
        double Loss(Precision precision) => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(64), Pipelines.Options(change: o =>
            (o.Loss, o.Precision, o.BatchSize, o.Seed) = (LossFunction.Parse(text), precision, 32, 1))).LastTransformer.History[0].Loss;
        Assert.AreEqual(Loss(Precision.Float32), Loss(Precision.BFloat16), 0.02);
    }

    /// <summary>Shows what noise-robust losses are for: of real digits, half of them with wrong labels, cross-entropy learns those, too.</summary>
    [TestMethod]
    [LongTest]
    public void Wrong_labels_of_real_digits_are_not_learned_by_heart()
    {
        var (train, test) = (Mnist(DataSplit.Train, 1000, wrong: 0.5), Mnist(DataSplit.Test, 1000, wrong: 0));
        double Accuracy(LossFunction? loss)
        {
            using var model = s_mlContext.FitLeNet(train, Pipelines.Options(epochs: 40, o =>
                (o.Loss, o.Optimizer, o.LearningRate, o.Cache, o.Seed) = (loss, Optimizer.AdamW, 0.002, ImageCache.Memory, 1))).LastTransformer;
            var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label", keyData: s_mlContext.Data.LoadFromEnumerable(
                model.ClassNames.Select(name => new { Label = name }).ToArray())).Fit(test).Transform(test);
            var accuracy = s_mlContext.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy;
            Console.WriteLine(FormattableString.Invariant($"{loss?.ToString() ?? "cross-entropy"}: {accuracy}"));
            return accuracy;
        }
        var usual = Accuracy(null);
        Assert.IsGreaterThan(usual + 0.03, Accuracy(LossFunction.GeneralizedCrossEntropy()));
        Assert.IsGreaterThan(usual + 0.03, Accuracy(LossFunction.SymmetricCrossEntropy(0.01))); // the weight of Ma et al. 2020 for digits
    }

    /// <summary>The first real digits of a split, some of them with another's label.</summary>
    private static IDataView Mnist(DataSplit split, int count, double wrong)
    {
        var random = new Random(5);
        var digits = s_mlContext.Data.CreateEnumerable<MnistDigit>(
            s_mlContext.Data.TakeRows(s_mlContext.Data.LoadMnist(SharedData.Require("data/mnist"), split), count), reuseRowObject: false).ToArray();
        foreach (var digit in digits)
            if (random.NextDouble() < wrong)
                digit.Label = $"{(int.Parse(digit.Label, CultureInfo.InvariantCulture) + random.Next(1, 10)) % 10}";
        return s_mlContext.Data.LoadFromEnumerable(digits);
    }

    private sealed class MnistDigit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
