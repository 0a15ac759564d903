using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>The catalog of published weights.</summary>
[TestClass]
public sealed class PretrainedWeightsTests
{
    [TestMethod]
    [DataRow("ResNet50_Weights.IMAGENET1K_V2")]
    [DataRow("resnet50_weights.imagenet1k_v2")]
    [DataRow("resnet50:IMAGENET1K_V2")]
    [DataRow("resnet50:DEFAULT")]
    [DataRow("ResNet50_Weights.DEFAULT")]
    [DataRow("resnet50")]
    public void Weights_are_found_by_every_name_they_have(string name) =>
        Assert.AreSame(PretrainedWeights.ResNet50ImageNet1KV2, PretrainedWeights.Find(name));

    [TestMethod]
    public void A_wrong_name_is_answered_with_those_that_are_near()
    {
        Assert.Contains("ResNet50_Weights.IMAGENET1K_V1, ResNet50_Weights.IMAGENET1K_V2",
            Assert.ThrowsExactly<ArgumentException>(() => PretrainedWeights.Find("resnet50:V3")).Message);
        Assert.Contains("alexnet, vgg11", Assert.ThrowsExactly<ArgumentException>(() => PretrainedWeights.Find("?")).Message);
    }

    [TestMethod]
    public void Every_network_has_one_default_and_every_name_and_file_is_there_once()
    {
        var all = PretrainedWeights.All;
        Assert.AreEqual(all.Count, all.Select(weights => weights.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.AreEqual(all.Count, all.Select(weights => weights.FileName).Distinct().Count());
        foreach (var network in all.GroupBy(weights => weights.Architecture))
            Assert.AreEqual(1, network.Count(weights => weights.IsDefault), network.Key);
        foreach (var weights in all)
        {
            Assert.AreSame(weights, PretrainedWeights.Find(weights.Name));
            Assert.AreEqual(weights.Architecture, ArchitectureCatalog.Find(weights.Architecture).Name, "weights of a network that there is not");
            weights.Preprocessing.Validate();
            Assert.MatchesRegex("^[0-9a-f]{8,64}$", weights.Sha256Prefix); // ShuffleNet's are published with ten digits
            Assert.Contains(weights.Sha256Prefix, weights.FileName);
        }
        var properties = typeof(PretrainedWeights).GetProperties().Where(property => property.PropertyType == typeof(PretrainedWeights))
            .Select(property => property.GetValue(null)).ToArray();
        CollectionAssert.AreEquivalent(all.ToArray(), properties, "each has a property and is in the list");
    }

    /// <summary>The facts in code are those of the reference file.</summary>
    [TestMethod]
    public void The_catalog_is_torchvisions()
    {
        var lines = File.ReadAllLines(SharedData.Require("parity/architectures.csv")).Select(line => line.Split(',')).ToArray();
        var rows = lines[1..].Select(cells => lines[0].Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second))
            .Where(row => row["weight_file"].Length > 0 && row["variant"] != "without_aux").ToArray();
        Assert.AreEqual(rows.Length, PretrainedWeights.All.Count);
        foreach (var row in rows)
        {
            var weights = PretrainedWeights.Find($"{row["model"]}:{row["weights"]}");
            Assert.AreEqual(row["url"], weights.Address.AbsoluteUri);
            Assert.AreEqual(row["weight_file"], weights.FileName);
            Assert.AreEqual(row["sha256_prefix"], weights.Sha256Prefix);
            Assert.AreEqual(row["is_default"] == "yes", weights.IsDefault);
            Assert.AreEqual(int.Parse(row["eval_crop"], CultureInfo.InvariantCulture), weights.Preprocessing.Height);
            Assert.AreEqual(int.Parse(row["eval_resize"], CultureInfo.InvariantCulture), weights.Preprocessing.ResizeShortSide);
            Assert.AreEqual(row["eval_interp"], weights.Preprocessing.Interpolation.ToString().ToUpperInvariant());
            Assert.AreEqual(4 * (long.Parse(row["params_computed"], CultureInfo.InvariantCulture)
                + long.Parse(row["buffer_elements"], CultureInfo.InvariantCulture)), weights.TensorBytes);
            AssertAccuracy(row["imagenet_top1"], weights.Top1Accuracy);
            AssertAccuracy(row["imagenet_top5"], weights.Top5Accuracy);
        }

        static void AssertAccuracy(string percent, double? share)
        {
            var published = double.TryParse(percent, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
            Assert.AreEqual(published, share is not null);
            if (share is not null)
                Assert.AreEqual(value / 100, share.Value, 1e-9);
        }
    }

    /// <summary>torchvision's transform_input, after its normalization: x · (deviation / 0.5) + (mean − 0.5) / 0.5.</summary>
    [TestMethod]
    public void Weights_that_expect_transform_input_are_normalized_in_one_step()
    {
        foreach (var weights in (PretrainedWeights[])[PretrainedWeights.GoogLeNetImageNet1KV1, PretrainedWeights.InceptionV3ImageNet1KV1])
        {
            var (ours, imageNet) = (weights.Preprocessing.Normalization, Normalization.ImageNet);
            for (var c = 0; c < 3; c++)
            {
                foreach (var pixel in (double[])[0, 0.3, 1])
                {
                    var theirs = (pixel - imageNet.Mean[c]) / imageNet.Deviation[c] * (imageNet.Deviation[c] / 0.5) + (imageNet.Mean[c] - 0.5) / 0.5;
                    Assert.AreEqual(theirs, (pixel - ours.Mean[c]) / ours.Deviation[c], 1e-12);
                }
            }
        }
    }

    [TestMethod]
    public void ImageNets_classes_are_a_thousand_different_names()
    {
        Assert.AreEqual(1000, ImageNetClasses.Names.Distinct().Count());
        Assert.AreEqual("tench", ImageNetClasses.Names[0]);
        Assert.AreEqual("toilet tissue", ImageNetClasses.Names[999]);
    }

    /// <summary>A network that comes under torchvision's name has torchvision's weights.</summary>
    [TestMethod]
    public void Networks_of_the_catalog_fit_their_published_weights()
    {
        foreach (var architecture in ArchitectureCatalog.All)
        {
            foreach (var weights in PretrainedWeights.All.Where(weights => weights.Architecture == architecture.Name))
            {
                Assert.AreEqual(weights.Classes, architecture.DefaultClasses, weights.Name);
                Assert.IsGreaterThanOrEqualTo(architecture.MinimumImageSize, weights.Preprocessing.Height, weights.Name);
            }
        }
    }
}
