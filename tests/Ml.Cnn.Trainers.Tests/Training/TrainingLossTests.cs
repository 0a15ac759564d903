using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Transforms;
using MlCnn.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Label smoothing, class weights and example weights, alone and together.</summary>
[TestClass]
public sealed class TrainingLossTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the definition: torch's cross_entropy(weight=…, label_smoothing=…), and by hand where images have weights.</summary>
    [TestMethod]
    [DataRow(0.0, false)]
    [DataRow(0.1, false)]
    [DataRow(0.0, true)]
    [DataRow(0.1, true)]
    public void The_loss_is_torch_s(double smoothing, bool weighted)
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = (tensor(new float[,] { { 1, 2, -1 }, { 0, 0.5f, 3 }, { -2, 0, 0.1f }, { 4, 1, 1 } }), tensor((long[])[0, 2, 1, 2]));
        float[] classes = weighted ? [0.5f, 2, 3] : [1, 1, 1];
        using var weights = tensor(classes);
        var output = PythonTorch.Run("cross_entropy.py", FormattableString.Invariant($"{smoothing}"),
            string.Join(',', classes.Select(c => FormattableString.Invariant($"{c}"))));
        var expected = double.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
        Assert.AreEqual(expected, Loss(usesExampleWeights: false).Of(logits, labels, ones(4)).ToDouble(), 1e-5);

        // An image of weight 2 counts as if it came twice, and one of weight 0 not at all.
        var twice = tensor((long[])[0, 1, 1, 2]);
        var repeated = Loss(usesExampleWeights: false).Of(logits.index_select(0, twice), labels.index_select(0, twice), ones(4)).ToDouble();
        Assert.AreEqual(repeated, Loss(usesExampleWeights: true).Of(logits, labels, tensor((float[])[1, 2, 1, 0])).ToDouble(), 1e-5);
        Assert.AreEqual(0, Loss(usesExampleWeights: true).Of(logits, labels, zeros(4)).ToDouble());

        TrainingLoss Loss(bool usesExampleWeights) => new(ClassificationLoss.CrossEntropy, smoothing, weighted ? weights : null, usesExampleWeights);
    }

    /// <summary>Protects mixing: each half of a mixed image counts by its own label's class and its own image's weight.</summary>
    [TestMethod]
    public void Mixed_labels_are_weighted_each_by_itself()
    {
        using var scope = NewDisposeScope();
        using var classWeights = tensor((float[])[0.5f, 2, 3]);
        var loss = new TrainingLoss(ClassificationLoss.CrossEntropy, 0, classWeights, usesExampleWeights: true);
        var logits = tensor(new float[,] { { 1, 2, -1 }, { 0, 0.5f, 3 } });
        var (labels, weights) = (tensor((long[])[0, 2]), tensor((float[])[1, 4]));
        var mixed = new MixedBatch(logits, labels, labels.flip(0), weights, weights.flip(0), 0.7f);
        var each = -nn.functional.log_softmax(logits, 1);
        var sum = 0.5 * 1 * (0.7 * each[0, 0].ToDouble() + 0.3 * each[1, 0].ToDouble()) + 3 * 4 * (0.7 * each[1, 2].ToDouble() + 0.3 * each[0, 2].ToDouble());
        Assert.AreEqual(sum / (0.5 + 12), mixed.Loss(loss, logits).ToDouble(), 1e-5);
    }

    /// <summary>
    /// Protects networks with auxiliary heads: a head's loss is smoothed and weighted as the output's, counts by its share, and trains the head.
    /// </summary>
    [TestMethod]
    [DataRow("cross-entropy")]
    [DataRow("binary")]
    public void Auxiliary_heads_are_weighted_and_smoothed_as_the_output(string text)
    {
        using var scope = NewDisposeScope();
        using var classWeights = tensor((float[])[0.5f, 2, 3]);
        var loss = new TrainingLoss(LossFunction.Parse(text).Loss, 0.1, classWeights, usesExampleWeights: true);
        var shape = new NetworkShape(1, 2, 2, 3);
        using var network = new TwoHeads();
        using var batch = new ImageBatch(2, shape, channelsLast: false) { Count = 2 };
        ((float[])[0, 0.5f, 1, -1, 2, 0.3f, -0.7f, 1]).CopyTo(batch.Images(0, 2));
        batch.Set(0, 2, 1.5f);
        batch.Set(1, 0, 0.5f);
        var (output, heads) = network.ForwardWithAuxiliary(batch.Pixels);
        var expected = loss.Of(output, batch.Labels, batch.Weights).ToDouble() + TwoHeads.Share * loss.Of(heads[0].Logits, batch.Labels, batch.Weights)
            .ToDouble();
        var headBefore = network.head.weight!.detach().clone();

        using var optimizer = new Sgd([new([.. network.parameters()], 1, 0)], momentum: 0, nesterov: false);
        using var update = new GradientUpdate(optimizer, clipping: null, accumulation: 1, batchWeight: 2, average: null, scaling: null);
        using var result = new TrainingStep(network, shape, loss, scales: null, mixing: null, update, CPU).Take(batch, 1, 0, 0.1);

        Assert.AreEqual(expected, result.Measures!.Loss.ToDouble(), 1e-5);
        Assert.IsGreaterThan(1e-4, (network.head.weight! - headBefore).abs().max().ToDouble());
    }

    [TestMethod]
    public void Balanced_weights_are_images_by_classes_by_images_of_the_class()
    {
        // scikit-learn's, of the classes that are there
        CollectionAssert.AreEqual((double[])[100.0 / 180, 100.0 / 20, 1], ClassWeights.Balanced.For(["a", "b", "c"], [90, 10, 0]));
        CollectionAssert.AreEqual((double[])[1, 2.5, 1], ClassWeights.Of(new Dictionary<string, double> { ["b"] = 2.5 }).For(["a", "b", "c"], [90, 10, 0]));
        Assert.AreEqual("b=2.5", ClassWeights.Of(new Dictionary<string, double> { ["b"] = 2.5 }).ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassWeights.Of(new Dictionary<string, double> { ["b"] = 0 }));
        var unknown = Assert.Throws<ArgumentOutOfRangeException>(() => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20),
            Pipelines.Options(change: o => o.ClassWeights = ClassWeights.Of(new Dictionary<string, double> { ["ten"] = 2 }))));
        Assert.AreEqual(nameof(CnnOptions.ClassWeights), unknown.ParamName);
        Assert.Contains("ten", unknown.ActualValue!.ToString()!);
    }

    /// <summary>Protects the loss of LeNet-5 as published: weights are its own class's, and smoothing is refused.</summary>
    [TestMethod]
    public void The_published_LeNet_takes_class_weights_and_no_smoothing()
    {
        using var scope = NewDisposeScope();
        using var classWeights = tensor((float[])[1, 3]);
        var own = new MaximumAPosterioriLoss(0.1);
        var (logits, labels) = (tensor(new float[,] { { -1, -2 }, { -3, -0.5f } }), tensor((long[])[0, 1]));
        double Each(int image) => own.Of(logits.narrow(0, image, 1), labels.narrow(0, image, 1)).ToDouble();
        Assert.AreEqual((Each(0) + 3 * Each(1)) / 4, new TrainingLoss(own, 0, classWeights, false).Of(logits, labels, ones(2)).ToDouble(), 1e-6);

        var options = new CnnOptions { FeatureColumnName = "Image", LabelSmoothing = 0.1 };
        var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label");
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => keyed.Append(s_mlContext.MulticlassClassification.Trainers.Cnn("lenet5_1998", options))
            .Fit(s_mlContext.Data.GenerateDigits(20)));
        Assert.AreEqual(nameof(CnnOptions.LabelSmoothing), error.ParamName);
    }

    /// <summary>Protects the column on its way through every source: images of weight 0 change nothing, whatever their labels say.</summary>
    [TestMethod]
    [DataRow(ImageCache.None, false)]
    [DataRow(ImageCache.Memory, false)]
    [DataRow(ImageCache.File, true)]
    public void Images_of_weight_0_teach_nothing(ImageCache cache, bool mixed)
    {
        var (right, wrong) = (Weighted(1), Weighted(0)); // wrong labels with weight 1 or 0
        Assert.IsLessThan(0.6, Accuracy(right));
        Assert.IsGreaterThan(0.85, Accuracy(wrong));

        IDataView Weighted(float weightOfWrong) => s_mlContext.Data.LoadFromEnumerable(
            s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(2000), reuseRowObject: false).SelectMany(digit => (WeightedDigit[])
            [
                new() { Image = digit.Image, Label = digit.Label, Weight = 1 },
                .. Enumerable.Repeat(new WeightedDigit { Image = digit.Image, Label = $"{(int.Parse(digit.Label, null) + 1) % 10}", Weight = weightOfWrong },
                1),
            ]).ToArray());

        double Accuracy(IDataView data)
        {
            var model = s_mlContext.FitLeNet(data, Pipelines.Options(epochs: 3, change: o =>
                (o.ExampleWeightColumnName, o.Cache, o.LabelSmoothing, o.ClassWeights, o.Augmentation) = ("Weight", cache, mixed ? 0.1 : 0, mixed
                    ? ClassWeights.Balanced : null, mixed ? new([], new CutMix()) : null)));
            return s_mlContext.MulticlassClassification.Evaluate(model.Transform(s_mlContext.Data.GenerateDigits(300, seed: 2))).MicroAccuracy;
        }
    }

    [TestMethod]
    [DataRow(-1f, "-1")]
    [DataRow(float.NaN, "NaN")]
    public void A_weight_that_is_none_is_refused_before_training(float weight, string named)
    {
        var rows = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 20)
            .Select(i => new WeightedDigit { Image = new byte[784], Label = $"{i % 2}", Weight = i == 7 ? weight : 1 }).ToArray());
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            s_mlContext.FitLeNet(rows, Pipelines.Options(change: o => o.ExampleWeightColumnName = "Weight")));
        Assert.Contains($"row 7 is {named}", error.Message);
        Assert.Contains("Weight", Assert.Throws<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20), Pipelines.Options(change: o => o.ExampleWeightColumnName = "Weight"))).Message);
    }

    private sealed class TwoHeads : nn.Module<Tensor, Tensor>, IAuxiliaryHeads
    {
        public const double Share = 0.3;

        public readonly Linear output = nn.Linear(4, 3), head = nn.Linear(4, 3);

        public TwoHeads() : base(nameof(TwoHeads)) => RegisterComponents();

        public override Tensor forward(Tensor images) => output.call(images.flatten(1));

        public (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) ForwardWithAuxiliary(Tensor images) =>
            (forward(images), [new(head.call(images.flatten(1)), Share)]);
    }

    private sealed class WeightedDigit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";

        public float Weight { get; set; }
    }
}
