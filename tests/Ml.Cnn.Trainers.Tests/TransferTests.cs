using Microsoft.ML;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Training that starts from weights, and the parts of a network that it leaves alone.</summary>
[TestClass]
public sealed class TransferTests
{
    private const string Head = "fc3";

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>LeNet-5 that tells digits apart.</summary>
    private static readonly CnnTransformer s_trained = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(2000),
        Pipelines.Options(epochs: 4)).LastTransformer;

    /// <summary>Protects a frozen backbone: only the head learns, and that is enough to tell even digits from odd ones.</summary>
    [TestMethod]
    public void A_frozen_backbone_keeps_its_weights_and_a_new_head_learns()
    {
        var messages = new MLContext(seed: 2);
        var log = messages.Listen();
        var model = Fit(Parity(messages, 1000), o => (o.Weights, o.Freeze, o.Epochs) = (s_trained, Freezing.Backbone, 5), messages);

        CollectionAssert.AreEqual(new[] { $"{Head}.weight", $"{Head}.bias" }, Changed(s_trained, model));
        Assert.Contains(m => m.Contains("84 features of every image are kept"), log, "The frozen part runs once.");
        var test = Parity(s_mlContext, 500, seed: 7);
        Assert.IsGreaterThan(0.85, s_mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
        Assert.AreEqual(5, model.History.Count);
        Assert.AreEqual(1000, model.History[0].Images);
    }

    /// <summary>Protects the shortcut: a head trained on kept features is the head that training on images gives.</summary>
    [TestMethod]
    public void Kept_features_give_the_same_head_as_images()
    {
        var data = Parity(s_mlContext, 300, fromEnumerable: true);
        var nothing = new ImageAugmentation([new RandomHorizontalFlip(0)]); // a recipe that might change images, and does not

        var kept = Fit(data, o => (o.Weights, o.Freeze, o.Epochs, o.ValidationSet) = (s_trained, Freezing.Backbone, 3, data));
        var seen = Fit(data, o => (o.Weights, o.Freeze, o.Epochs, o.ValidationSet, o.Augmentation) = (s_trained, Freezing.Backbone, 3, data, nothing));

        foreach (var (name, value) in State(kept))
            Assert.IsTrue(value.allclose(State(seen)[name], 1e-4, 1e-5), name);
        CollectionAssert.AreEqual(kept.History.Select(e => Math.Round(e.ValidationAccuracy!.Value, 3)).ToArray(),
            seen.History.Select(e => Math.Round(e.ValidationAccuracy!.Value, 3)).ToArray());
    }

    /// <summary>Protects gradual unfreezing: one stage more every few epochs, from the output to the input.</summary>
    [TestMethod]
    public void Stages_are_trained_one_after_the_other_from_the_head_on()
    {
        var messages = new MLContext(seed: 2);
        var log = messages.Listen();

        var model = Fit(Parity(messages, 200), o => (o.Weights, o.Freeze, o.Epochs, o.EpochsPerStage) = (s_trained, Freezing.Stages, 5, 2), messages);

        // fc3 for two classes, then fc2 too, then fc1.
        var counts = log.Where(m => m.Contains("parameters are trained")).Select(m => m.Split(": ")[^1].Split(' ')[0]).ToArray();
        CollectionAssert.AreEqual(new[] { "170", $"{170 + 10_164}", $"{170 + 10_164 + 48_120}" }, counts);
        CollectionAssert.AreEquivalent(new[] { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias" }, Changed(s_trained, model));
    }

    /// <summary>Protects discriminative learning rates: a stage whose factor is 0 stays, the others move.</summary>
    [TestMethod]
    public void Stages_learn_at_their_own_rates()
    {
        var model = Fit(Parity(s_mlContext, 200), o => (o.Weights, o.Epochs, o.WeightDecay, o.StageLearningRates) = (s_trained, 1, 0, [0, 0, 0.1, 1, 1]));

        CollectionAssert.AreEquivalent(new[] { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias" }, Changed(s_trained, model));
        Assert.Contains("5 stages", Assert.Throws<ArgumentOutOfRangeException>(() => Fit(Parity(s_mlContext, 20), o => o.StageLearningRates = [1, 1])).Message);
    }

    /// <summary>Protects batch normalization: statistics of frozen stages stay, unless they are asked to follow the new images, or none may.</summary>
    [TestMethod]
    [DataRow(Freezing.Backbone, BatchNormStatistics.OfTrainedStages, false)]
    [DataRow(Freezing.Backbone, BatchNormStatistics.Updated, true)]
    [DataRow(Freezing.None, BatchNormStatistics.OfTrainedStages, true)]
    [DataRow(Freezing.None, BatchNormStatistics.Fixed, false)]
    public void Statistics_follow_the_images_where_they_should(Freezing freeze, BatchNormStatistics statistics, bool follow)
    {
        var start = FitNamed("resnet20_cifar", Parity(s_mlContext, 32), o => o.Epochs = 1);

        var model = FitNamed("resnet20_cifar", Parity(s_mlContext, 32), o =>
            (o.Weights, o.Freeze, o.Epochs, o.BatchNormStatistics) = (start, freeze, 1, statistics));

        Assert.AreEqual(follow, Changed(start, model).Any(name => name.EndsWith("running_mean", StringComparison.Ordinal)));
        Assert.AreEqual(freeze == Freezing.None, Changed(start, model).Any(name => name.EndsWith("conv1.weight", StringComparison.Ordinal)));
    }

    /// <summary>Protects further training: on the same classes a model goes on from where it was; for other classes the head starts afresh.</summary>
    [TestMethod]
    public void A_saved_model_is_trained_further()
    {
        var path = Path.GetTempFileName();
        try
        {
            var digits = s_mlContext.Data.GenerateDigits(500, seed: 3);
            s_mlContext.Model.Save(s_trained, digits.Schema, path);
            var further = s_mlContext.FitLeNet(digits, Pipelines.Options(epochs: 1, change: o => (o.Weights, o.LearningRate) = (path, 1e-6))).LastTransformer;
            Assert.IsGreaterThan(0.9, further.History[0].Accuracy, "It starts with what it knows.");

            var other = Fit(Parity(s_mlContext, 100), o => (o.Weights, o.Epochs, o.LearningRate) = (path, 1, 1e-9));
            CollectionAssert.AreEquivalent(new[] { $"{Head}.weight", $"{Head}.bias" }, Changed(s_trained, other, tolerance: 1e-5));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects weights from a file, for gray images where they were trained on colors.</summary>
    [TestMethod]
    public void A_file_of_weights_is_a_start_for_other_channels_too()
    {
        var path = Path.GetTempFileName();
        try
        {
            var colors = FitNamed("resnet20_cifar", Parity(s_mlContext, 32), o => (o.Epochs, o.Channels, o.ImageSize) = (1, 3, 28));
            using (var file = File.Create(path))
                ModuleState.Save(colors.Scorer.Network, file);

            var gray = FitNamed("resnet20_cifar", Parity(s_mlContext, 32), o => (o.Weights, o.Epochs, o.Channels, o.LearningRate, o.BatchNormStatistics) =
                (path, 1, 1, 1e-9, BatchNormStatistics.Fixed));

            Assert.IsTrue(State(gray)["conv1.weight"].allclose(State(colors)["conv1.weight"].sum(1, keepdim: true), 1e-4, 1e-5));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects users from weights of another network, and from freezing what has no stages.</summary>
    [TestMethod]
    public void Weights_that_do_not_belong_are_refused()
    {
        Assert.Contains("lenet5", Assert.Throws<ArgumentException>(() =>
            FitNamed("resnet20_cifar", Parity(s_mlContext, 20), o => o.Weights = s_trained)).Message);
        Assert.Contains("resnet50", Assert.Throws<ArgumentException>(() =>
            FitNamed("resnet18", Parity(s_mlContext, 20), o => o.Weights = PretrainedWeights.ResNet50ImageNet1KV2)).Message);
        Assert.Throws<FileNotFoundException>(() => FitNamed("resnet18", Parity(s_mlContext, 20), o => o.Weights = "nowhere/weights.pth"));
        Assert.Contains("Freeze", Assert.Throws<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(20), Networks.Marked, o => o.Freeze = Freezing.Backbone)).Message);
    }

    private static CnnTransformer Fit(IDataView keyed, Action<CnnTrainerOptions> change, MLContext? mlContext = null) =>
        FitNamed("lenet5", keyed, change, mlContext);

    private static CnnTransformer FitNamed(string network, IDataView keyed, Action<CnnTrainerOptions> change, MLContext? mlContext = null)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", BatchSize = 32, Seed = 5 };
        change(options);
        return (mlContext ?? s_mlContext).MulticlassClassification.Trainers.Cnn(network, options).Fit(keyed);
    }

    /// <summary>Drawn digits, labeled "even" and "odd".</summary>
    private static IDataView Parity(MLContext mlContext, int count, int seed = 1, bool fromEnumerable = false)
    {
        var digits = fromEnumerable ? mlContext.EnumerableDigits(count, seed) : mlContext.Data.GenerateDigits(count, seed);
        var parity = Enumerable.Range(0, 10).Select(d => new KeyValuePair<string, string>($"{d}", d % 2 == 0 ? "even" : "odd"));
        var names = mlContext.Data.LoadFromEnumerable(new[] { new { Label = "even" }, new { Label = "odd" } });
        return mlContext.Transforms.Conversion.MapValue("Label", parity)
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label", keyData: names)).Fit(digits).Transform(digits);
    }

    private static Dictionary<string, Tensor> State(CnnTransformer model) => ModuleState.Of(model.Scorer.Network).ToDictionary();

    private static string[] Changed(CnnTransformer before, CnnTransformer after, double tolerance = 0)
    {
        using var scope = NewDisposeScope();
        var old = State(before);
        return [.. State(after).Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)
            && (!pair.Value.shape.SequenceEqual(old[pair.Key].shape) || !pair.Value.allclose(old[pair.Key], 0, tolerance))).Select(pair => pair.Key)];
    }
}
