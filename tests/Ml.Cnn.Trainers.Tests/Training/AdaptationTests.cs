using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Networks whose batch normalization is adapted to images of another domain (Li et al. 2016).</summary>
[TestClass]
public sealed class AdaptationTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects what the technique is for: digits in another light, which a network trained on plain ones names badly, are named better once their statistics
    /// are known, without a label; and the model that was adapted stays as it was.
    /// </summary>
    [TestMethod]
    public void Digits_in_another_light_are_named_better()
    {
        var (train, test) = RealDigits.Load(s_mlContext, train: 1000, test: 1000);
        using var model = Fit(train);
        var (unlabeled, dim) = (Dimmed(s_mlContext.Data.SkipRows(RealDigits.Load(s_mlContext, train: 2000, test: 1).Train, 1000)),
            Dimmed(test));
        var weights = Pipelines.Weights(model);
        var (before, plain) = (Accuracy(model, dim), Accuracy(model, test));
        using var adapted = model.AdaptTo(s_mlContext.Transforms.DropColumns("Label").Fit(unlabeled).Transform(unlabeled));
        var after = Accuracy(adapted, dim);
        Console.WriteLine($"plain digits {plain:P1}; dim ones {before:P1}, adapted {after:P1}");
        Assert.IsLessThan(plain - 0.2, before, "the other light is hard for the model");
        Assert.IsGreaterThan(before + 0.2, after);
        Assert.AreEqual(plain, Accuracy(model, test));
        Assert.AreEqual(weights, Pipelines.Weights(model));
    }

    /// <summary>
    /// Protects the arithmetic: the first normalization has the mean and variance of all values that its convolution makes of the images, beside which those of
    /// training count as many images as asked for; weights stay.
    /// </summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(25)]
    public void Statistics_are_those_of_the_images(int sourceImages)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Fit(Keyed(s_mlContext.Data.GenerateDigits(40)));
        var others = s_mlContext.Data.GenerateDigits(75, seed: 9); // a batch of 64, and one of 11
        using var adapted = model.AdaptTo(others, new() { SourceImages = sourceImages });
        var network = (NormalizedNetwork)adapted.Scorer.Network;
        var seen = network.Normalized(Pixels(adapted, others)).permute(1, 0, 2, 3).flatten(1);
        var share = 75.0 / (75 + sourceImages);
        foreach (var (name, expected) in new[] { ("norm.running_mean", seen.mean([1])), ("norm.running_var", seen.var(1)) })
        {
            var mixed = State(model)[name].to(float64) * (1 - share) + expected.to(float64) * share;
            Assert.IsTrue(State(adapted)[name].to(float64).allclose(mixed, 1e-4, 1e-5), name);
        }
        foreach (var (name, value) in State(model).Where(pair => !pair.Key.Contains("running")))
            Assert.IsTrue(value.to(float64).allclose(State(adapted)[name].to(float64), 0, 0), name);
    }

    /// <summary>Protects that a result repeats, that it is saved and loaded as any model, and that a calibration of the old domain goes.</summary>
    [TestMethod]
    public void An_adapted_model_is_a_model()
    {
        using var trained = Fit(Keyed(s_mlContext.Data.GenerateDigits(40)));
        var others = s_mlContext.Data.GenerateDigits(50, seed: 9);
        using var model = trained.WithCalibration(trained.FitCalibration(Keyed(s_mlContext.Data.GenerateDigits(50, seed: 3))));
        using var adapted = model.AdaptTo(others);
        using var again = model.AdaptTo(others);
        Assert.AreEqual(Pipelines.Weights(adapted), Pipelines.Weights(again));
        Assert.IsNotNull(model.Scorer.Model.Calibration);
        Assert.IsNull(adapted.Scorer.Model.Calibration);
        var all = others.GetRowCount()!.Value;
        using var some = model.AdaptTo(others, new() { MostImages = 40, BatchSize = 20 });
        Assert.AreNotEqual(Pipelines.Weights(adapted), Pipelines.Weights(some), $"40 of {all}");
        model.Dispose();
        Assert.HasCount(50, Pipelines.Scores(adapted.Transform(others)));
    }

    [TestMethod]
    public void What_cannot_be_adapted_is_refused_with_a_reason()
    {
        var digits = s_mlContext.Data.GenerateDigits(40);
        using var model = Fit(Keyed(digits));
        var few = Assert.ThrowsExactly<InvalidOperationException>(() => model.AdaptTo(s_mlContext.Data.GenerateDigits(20)));
        Assert.StartsWith("Statistics of 20 images say too little of a new domain: give 32 or more, or let those of training count", few.Message);
        model.AdaptTo(s_mlContext.Data.GenerateDigits(20), new() { SourceImages = 16 }).Dispose();
        var one = Assert.ThrowsExactly<InvalidOperationException>(() => model.AdaptTo(s_mlContext.Data.GenerateDigits(1), new() { SourceImages = 16 }));
        Assert.StartsWith("Statistics of 1 images", one.Message);
        using var lenet = s_mlContext.FitLeNet(digits, Pipelines.Options(epochs: 1)).LastTransformer;
        var none = Assert.ThrowsExactly<InvalidOperationException>(() => lenet.AdaptTo(digits));
        Assert.StartsWith("lenet5 has no batch normalization", none.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptTo(digits, new() { MostImages = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptTo(digits, new() { SourceImages = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.AdaptTo(digits, new() { BatchSize = 1 }));
        var column = Assert.Throws<ArgumentOutOfRangeException>(() =>
            model.AdaptTo(s_mlContext.Transforms.DropColumns("Image").Fit(digits).Transform(digits)));
        Assert.Contains("'Image'", column.Message);
    }

    private static CnnTransformer Fit(IDataView train) => s_mlContext.MulticlassClassification.Trainers.Cnn(
        (channels, classes) => new NormalizedNetwork(channels, classes), new CnnOptions
        {
            FeatureColumnName = "Image",
            Epochs = 10,
            BatchSize = 50,
            LearningRate = 0.1,
            Seed = 3,
            Augmentation = ImageAugmentation.None,
        }).Fit(train);

    private static double Accuracy(CnnTransformer model, IDataView data) =>
        s_mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy;

    private static IDataView Keyed(IDataView data) => s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    // Gray on gray, and darker: contrast and brightness of another lamp.
    private static IDataView Dimmed(IDataView digits) => s_mlContext.Transforms.CustomMapping<Digit, Digit>(
        (digit, dimmed) => dimmed.Image = [.. digit.Image.Select(value => (byte)(90 + value / 5))], null).Fit(digits)
        .Transform(digits);

    private static Tensor Pixels(CnnTransformer model, IDataView data)
    {
        var normalization = model.Preprocessing.Normalization;
        var images = s_mlContext.Data.CreateEnumerable<Digit>(data, reuseRowObject: false, ignoreMissingColumns: true);
        return stack(images.Select(digit => (tensor(digit.Image).reshape(1, 28, 28).to(float32) / 255 - normalization.Mean[0]) / normalization.Deviation[0]));
    }

    private static Dictionary<string, Tensor> State(CnnTransformer model) =>
        Trainers.Weights.ModuleState.Of(model.Scorer.Network).ToDictionary(pair => pair.Key, pair => pair.Value);

    private sealed class Digit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];
    }
}
