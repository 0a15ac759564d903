using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.OnnxConverter.Packages;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.DnnFeaturizer.Tests;

/// <summary>ML.NET's ResNet-18 featurizer as a network of the library: whoever used it finds the same numbers.</summary>
[TestClass]
public sealed class FeaturesTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects those who change from DnnFeaturizeImage: the mean image, the order of channels and every layer are as in ML.NET.</summary>
    [TestMethod]
    public void The_features_of_photos_are_those_of_DnnFeaturizeImage()
    {
        using var folder = new TemporaryFolder();
        var photos = Photos.Take(s_mlContext, folder, "val", count: 6);
        var pixels = s_mlContext.Transforms.LoadImages("Photo", null, "ImagePath")
            .Append(s_mlContext.Transforms.ResizeImages("Sized", 224, 224, "Photo", ImageResizingEstimator.ResizingKind.IsoCrop))
            .Append(s_mlContext.Transforms.ExtractPixels("Pixels", "Sized"));
        var both = pixels.Append(s_mlContext.Transforms.DnnFeaturizeImage("Theirs", m => m.ModelSelector.ResNet18(s_mlContext, m.OutputColumn, m.InputColumn),
                "Pixels"))
            .Append(s_mlContext.Transforms.CnnFeatures("Ours", "Pixels", PretrainedWeights.DnnImageFeaturizerResNet18));

        var rows = s_mlContext.Data.CreateEnumerable<Features>(both.Fit(photos).Transform(photos), reuseRowObject: false).ToArray();

        Assert.HasCount(12, rows);
        foreach (var row in rows)
        {
            Assert.HasCount(512, row.Theirs);
            Assert.HasCount(512, row.Ours);
            var largest = row.Theirs.Max(Math.Abs);
            var difference = row.Theirs.Zip(row.Ours, (theirs, ours) => Math.Abs(theirs - ours)).Max() / largest;
            Console.WriteLine($"{Path.GetFileName(row.ImagePath)}: the features differ by {difference:0.0e0} of the largest one, {largest:0.00}");
            Assert.IsLessThan(1e-4, difference, row.ImagePath);
        }
    }

    /// <summary>Protects whoever forgets the package: the message says what is missing and what to write into which project.</summary>
    [TestMethod]
    public void Without_the_package_the_message_says_what_to_reference()
    {
        using var folder = new TemporaryFolder();
        var message = Assert.ThrowsExactly<FileNotFoundException>(() => DnnImageFeaturizer.ResNet18(folder.Path)).Message;
        Assert.Contains("<PackageReference Include=\"Microsoft.ML.DnnImageFeaturizer.ResNet18\" Version=\"0.23.1\" />", message);
        Assert.Contains(folder.Path, message);
    }

    /// <summary>Protects against wrong use: a network that ends with features tells no classes, and the message says what it is good for.</summary>
    [TestMethod]
    public void The_network_cannot_score_before_it_is_trained()
    {
        var message = Assert.ThrowsExactly<ArgumentException>(() => s_mlContext.Model.ImportCnn(PretrainedWeights.DnnImageFeaturizerResNet18)).Message;
        Assert.Contains("CnnFeatures", message);
    }

    /// <summary>Protects the summary and the stages that are frozen: a stage for each size of the maps, and the head.</summary>
    [TestMethod]
    public void The_network_is_a_resnet_in_six_stages()
    {
        var network = PretrainedWeights.DnnImageFeaturizerResNet18;
        Assert.AreEqual(("DnnImageFeaturizer.ResNet18", "ResNet", 224, 3), (network.Name, network.Family, network.ImageSize, network.Channels));
        CollectionAssert.AreEqual(new[] { 2, 8, 10, 10, 14, 1 }, network.Stages.Select(stage => stage.Count).ToArray());
        Assert.AreEqual("head", network.Head);
    }

    private sealed class Features
    {
        public string ImagePath { get; set; } = "";

        [VectorType(512)]
        public float[] Theirs { get; set; } = [];

        [VectorType(512)]
        public float[] Ours { get; set; } = [];
    }
}
