using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.OnnxConverter.Packages;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.DnnFeaturizer.Tests;

/// <summary>What DnnFeaturizeImage cannot: training its network further.</summary>
[TestClass]
public sealed class TrainingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects fine-tuning and what comes of it: all layers move but the mean image, and the saved model needs the package's files no more.</summary>
    [TestMethod]
    public void A_fine_tuned_network_is_saved_and_needs_the_package_no_more()
    {
        using var folder = new TemporaryFolder();
        var photos = Photos.Take(s_mlContext, folder, "train", count: 8);
        using var app = new TemporaryFolder();
        Photos.CopyPackage(app);
        var network = DnnImageFeaturizer.ResNet18(app.Path);
        var before = network.Weights!.Tensors;
        Directory.Delete(Path.Join(app.Path, "DnnImageModels"), recursive: true);

        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.Cnn(network, new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 8 }))
            .Fit(photos);

        var after = ModuleState.Of(model.LastTransformer.Scorer.Network).ToDictionary();
        string[] same = [.. before.Where(pair => pair.Value.equal(after[pair.Key]).all().item<bool>()).Select(pair => pair.Key)];
        CollectionAssert.AreEqual(new[] { "mean_image.weight" }, same);
        Assert.AreEqual(256, model.LastTransformer.Preprocessing.ResizeShortSide, "Images are prepared as the weights expect them.");

        var file = Path.Join(folder.Path, "model.zip");
        s_mlContext.Model.Save(model, photos.Schema, file);
        var loaded = new MLContext().Model.Load(file, out _);
        var (expected, found) = (Scores(model), Scores(loaded));
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], found[i], 1e-6f);

        float[] Scores(ITransformer transformer) => [.. transformer.Transform(photos).GetColumn<float[]>("Score").SelectMany(scores => scores)];
    }

    /// <summary>Protects transfer learning from these weights: a head on a few photos of each class, with the library's defaults, tells most others.</summary>
    [TestMethod]
    public void A_head_learns_ants_and_bees_from_a_few_photos()
    {
        using var folder = new TemporaryFolder();
        var (train, validation) = (Photos.Take(s_mlContext, folder, "train", count: 30), Photos.Take(s_mlContext, folder, "val", count: 20));

        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.Cnn(PretrainedWeights.DnnImageFeaturizerResNet18,
                new CnnOptions { FeatureColumnName = "Image", Freeze = Freezing.Backbone }))
            .Fit(train);

        var accuracy = s_mlContext.MulticlassClassification.Evaluate(model.Transform(validation)).MicroAccuracy;
        Console.WriteLine($"accuracy {accuracy:P1}");
        Assert.IsGreaterThan(0.85, accuracy);
    }

    /// <summary>Protects what is made of the network: files for other programs hold the mean image, at the network's size and at another, where it is resized.
    /// Exports compare the file with the network themselves.</summary>
    [TestMethod]
    [DataRow(224)]
    [DataRow(96)]
    public void The_network_becomes_an_ONNX_file_and_TorchScript(int imageSize)
    {
        using var folder = new TemporaryFolder();
        var photos = Photos.Take(s_mlContext, folder, "train", count: 2);
        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.Cnn(PretrainedWeights.DnnImageFeaturizerResNet18,
                new CnnOptions { FeatureColumnName = "Image", Freeze = Freezing.Backbone, Epochs = 1, ImageSize = imageSize }))
            .Fit(photos).LastTransformer;

        Assert.IsLessThan(1e-4, model.SaveAsOnnx(Path.Join(folder.Path, "network.onnx")).LargestDifference);
        Assert.IsLessThan(1e-4, model.SaveTorchScript(Path.Join(folder.Path, "network.pt")).LargestDifference);

        // And back: a file of the library's own with a mean image in it.
        var again = OnnxNetwork.Load(Path.Join(folder.Path, "network.onnx"));
        Assert.AreEqual(imageSize, again.ImageSize);
        CollectionAssert.AreEqual(new[] { "ants", "bees" }, s_mlContext.Model.ImportCnn(again).ClassNames.ToArray());
    }
}
