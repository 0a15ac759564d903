using Ml.Cnn.Inspection.Attribution;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>What heat maps say where it is known what they have to say.</summary>
[TestClass]
public sealed class HeatMapTests
{
    private const int Side = 32;

    public required TestContext TestContext { get; init; }

    /// <summary>Protects the formulas: of a network without nonlinearities, the maps follow from the weights.</summary>
    [TestMethod]
    [DataRow(CnnHeatMapMethod.GradCam)]
    [DataRow(CnnHeatMapMethod.HiResCam)]
    [DataRow(CnnHeatMapMethod.LayerCam)]
    public void The_maps_of_a_linear_network_are_those_computed_by_hand(CnnHeatMapMethod method)
    {
        var image = PlantedImage.Noise(Side, Side, seed: 4);
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var activation = model.FeatureMaps(image, "conv");
        for (var classIndex = 0; classIndex < 2; classIndex++)
        {
            var map = model.HeatMap(image, new() { Method = method, Layer = "conv", ClassName = $"class{classIndex}" });
            var byHand = new float[Side, Side];
            for (var y = 0; y < Side; y++)
            {
                for (var x = 0; x < Side; x++)
                {
                    for (var channel = 0; channel < 3; channel++)
                    {
                        var gradient = RedNetwork.Head[classIndex, channel] / (Side * Side);
                        byHand[y, x] += (method == CnnHeatMapMethod.LayerCam ? Math.Max(0, gradient) : gradient) * activation[channel, y, x];
                    }
                    byHand[y, x] = Math.Max(0, byHand[y, x]);
                }
            }
            var peak = byHand.Cast<float>().Max();
            Assert.AreEqual(peak, map.Peak, peak * 1e-4f);
            for (var y = 0; y < Side; y++)
            {
                for (var x = 0; x < Side; x++)
                    Assert.AreEqual(byHand[y, x] / peak, map[y, x], 1e-4f, $"{y}, {x}");
            }
        }
    }

    /// <summary>
    /// Protects Grad-CAM++: the gradient g of a channel is the same everywhere, so that every place has the share 1 / (2 + g · ΣA) and the channel the weight
    /// places · share · g.
    /// </summary>
    [TestMethod]
    public void GradCamPlusPlus_of_a_linear_network_follows_equation_19()
    {
        using var activation = tensor(new float[] { 1, 2, 3, 4, 0, 1, 0, 1 }).reshape(1, 2, 2, 2);
        using var gradient = tensor(new float[] { 0.5f, 0.5f, 0.5f, 0.5f, -1, -1, -1, -1 }).reshape(1, 2, 2, 2);
        using var map = ClassActivation.GradCamPlusPlus(activation, gradient);
        var weight = 4 * 0.5f / (2 + 0.5f * 10); // the second channel's gradient is negative everywhere
        CollectionAssert.AreEqual(new[] { weight, 2 * weight, 3 * weight, 4 * weight }, map.data<float>().ToArray(), Near(1e-6f));
    }

    /// <summary>Protects the axiom that the paper calls completeness (section 3).</summary>
    [TestMethod]
    [DataRow("resnet18")]
    [DataRow("lenet5")]
    public void Integrated_gradients_sum_to_the_difference_of_the_logits(string name)
    {
        const double Share = 0.02; // of the difference, which 50 steps may miss
        using var model = DrawnModel.Of(name, size: 64);
        using var network = new InspectedNetwork(model);
        using var image = InspectedImage.Of(InspectedPhoto.Of(PlantedImage.Noise(64, 64, seed: 2)), network.Model, allViews: false).View(0, network.Device);
        using var baseline = zeros_like(image);
        using var atImage = network.Logits(image);
        using var atBaseline = network.Logits(baseline);
        using var map = IntegratedGradients.Map(network, image, classIndex: 3, steps: 50);
        var difference = (atImage - atBaseline)[0, 3].item<float>();
        TestContext.WriteLine($"{name}: {map.sum().item<float>()} of {difference}");
        Assert.AreEqual(difference, map.sum().item<float>(), Math.Abs(difference) * Share);
    }

    /// <summary>Protects all methods: the class is that of red images, and only one square is red.</summary>
    [TestMethod]
    [DataRow(CnnHeatMapMethod.GradCam)]
    [DataRow(CnnHeatMapMethod.GradCamPlusPlus)]
    [DataRow(CnnHeatMapMethod.HiResCam)]
    [DataRow(CnnHeatMapMethod.LayerCam)]
    [DataRow(CnnHeatMapMethod.EigenCam)]
    [DataRow(CnnHeatMapMethod.ScoreCam)]
    [DataRow(CnnHeatMapMethod.Occlusion)]
    [DataRow(CnnHeatMapMethod.IntegratedGradients)]
    public void A_planted_square_is_found(CnnHeatMapMethod method)
    {
        const int Left = 18, Top = 6, Square = 8;
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var map = model.HeatMap(PlantedImage.Red(Side, Side, Left, Top, Square), new() { Method = method, ClassName = "class0", OcclusionPatch = 4 });
        var (inside, outside) = (new List<float>(), new List<float>());
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
                (y is >= Top and < Top + Square && x is >= Left and < Left + Square ? inside : outside).Add(map[y, x]);
        }
        TestContext.WriteLine($"{method}: inside {inside.Average()}, outside {outside.Average()}");
        Assert.AreEqual(1, inside.Max(), 1e-6);
        Assert.IsGreaterThan(outside.Average() * 2, inside.Average());
    }

    /// <summary>Protects the choice of a layer and the gradient through every kind of layer: a map for each family of the catalog.</summary>
    [TestMethod]
    public void Every_family_gives_a_map()
    {
        var names = ArchitectureCatalog.All.GroupBy(architecture => architecture.Family).Select(family => family.First().Name).ToArray();
        var image = PlantedImage.Noise(64, 48, seed: 9);
        foreach (var name in names)
        {
            using var model = DrawnModel.Of(name, size: 64);
            var map = model.HeatMap(image, new() { ClassName = "class1" });
            TestContext.WriteLine($"{name}: {map}");
            Assert.AreEqual((model.Preprocessing.Height, model.Preprocessing.Width), (map.Height, map.Width), name);
            Assert.IsTrue(map.Values.All(value => value is >= 0 and <= 1), name);
            Assert.IsTrue(map.Peak == 0 ? map.Values.All(value => value == 0) : map.Values.Max() == 1, name);
            Assert.IsGreaterThan(1, map.LayerShape![1] * map.LayerShape[2], name);
            using var network = new InspectedNetwork(model);
            Assert.IsNotNull(network.Graph.From(network.Find(map.Layer!)), $"{name}: a branch sees a part of what the class depends on");
        }
    }

    /// <summary>Protects the score beside a map: what the model itself says of the image, by several views and with a temperature too.</summary>
    [TestMethod]
    public void The_score_is_the_one_that_the_model_gives()
    {
        var mlContext = new Microsoft.ML.MLContext(seed: 1);
        using var plain = DrawnModel.Of("squeezenet1_1", size: 64, change: preprocessing => preprocessing with { ResizeShortSide = 72 });
        using var views = plain.WithTestTimeAugmentation(TestTimeAugmentation.TenCrops);
        using var model = views.WithCalibration(new() { Temperature = 0.4 });
        var image = PlantedImage.Noise(90, 72, seed: 3);
        var data = mlContext.Data.LoadFromEnumerable([new Row { Image = image }]);
        var scores = mlContext.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false).Single().Score;
        var map = model.HeatMap(image);
        Assert.AreEqual($"class{Array.IndexOf(scores, scores.Max())}", map.ClassName);
        Assert.AreEqual(scores.Max(), map.Score, 1e-4f);
    }

    private static Comparer<float> Near(float tolerance) => Comparer<float>.Create((a, b) => Math.Abs(a - b) <= tolerance ? 0 : a.CompareTo(b));

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
