using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Inspection;

/// <summary>Layer tables against what papers and torchvision publish.</summary>
[TestClass]
public sealed class CnnSummaryTests
{
    [TestMethod]
    public void VGG_16_is_configuration_D_of_the_paper()
    {
        var summary = CnnSummary.Of(ArchitectureCatalog.Find("vgg16"));
        Assert.AreEqual(138_357_544, summary.Parameters);
        Assert.AreEqual(138_357_544, summary.TrainableParameters);
        Assert.AreEqual(4 * 138_357_544L, summary.WeightBytes);
        CollectionAssert.AreEqual(new[] { 3, 224, 224 }, summary.InputShape.ToArray());
        CollectionAssert.AreEqual(new[] { "64×112×112", "128×56×56", "256×28×28", "512×14×14", "512×7×7" }, Outputs(summary, "max_pool2d"));
        // Table 1, column D: conv3 of 64, 64, 128, 128, 256 three times, 512 six times.
        CollectionAssert.AreEqual(
            new[] { 1792L, 36928, 73856, 147584, 295168, 590080, 590080, 1180160, 2359808, 2359808, 2359808, 2359808, 2359808 }, Parameters(summary, "conv2d"));
        CollectionAssert.AreEqual(new[] { 102_764_544L, 16_781_312, 4_097_000 }, Parameters(summary, "linear"));
    }

    [TestMethod]
    public void AlexNet_is_that_of_One_weird_trick()
    {
        var summary = CnnSummary.Of(ArchitectureCatalog.Find("alexnet"));
        Assert.AreEqual(61_100_840, summary.Parameters);
        CollectionAssert.AreEqual(new[] { "64×55×55", "192×27×27", "384×13×13", "256×13×13", "256×13×13" }, Outputs(summary, "conv2d"));
        CollectionAssert.AreEqual(new[] { "64×27×27", "192×13×13", "256×6×6" }, Outputs(summary, "max_pool2d"));
        CollectionAssert.AreEqual(new[] { 23_296L, 307_392, 663_936, 884_992, 590_080 }, Parameters(summary, "conv2d"));
        var first = summary.Layers[0];
        Assert.AreEqual(("features.0", "11×11", "4×4", "2×2", 1), (first.Name, $"{first.Kernel}", $"{first.Stride}", $"{first.Padding}", first.Groups));
        Assert.AreEqual(23_232L * 55 * 55, first.MultiplyAdds);
        Assert.AreEqual(4L * 64 * 55 * 55, first.ActivationBytes);
    }

    [TestMethod]
    public void LeNet_5_of_1998_has_the_paper_s_counts()
    {
        var summary = CnnSummary.Of(ArchitectureCatalog.Find("lenet5_1998"));
        // Section II.B: C1, S2, C3, S4, C5 and F6. The output's 840 weights are fixed.
        CollectionAssert.AreEqual(new[] { 156L, 12, 1_516, 32, 48_120, 10_164 },
            summary.Layers.Where(layer => layer.Parameters > 0).Select(layer => layer.Parameters).Take(6).ToArray());
        Assert.AreEqual(60_000, summary.TrainableParameters);
    }

    [TestMethod]
    public void As_many_multiply_adds_as_torchvision()
    {
        var rows = File.ReadLines(SharedData.Require("parity/architectures.csv")).Select(line => line.Split(',')).ToArray();
        var compared = 0;
        foreach (var architecture in ArchitectureCatalog.All)
        {
            if (rows.FirstOrDefault(row => row[0] == architecture.Name) is not { } row)
                continue;
            var summary = CnnSummary.Of(architecture, classes: 1000, imageSize: int.Parse(Value("eval_crop"), CultureInfo.InvariantCulture));
            Assert.AreEqual(Value("gmacs_computed_at_crop"),
                (summary.MultiplyAdds!.Value / 1e9).ToString("0.000", CultureInfo.InvariantCulture), architecture.Name);
            compared++;

            string Value(string column) => row[Array.IndexOf(rows[0], column)];
        }
        Assert.IsGreaterThan(60, compared);
    }

    [TestMethod]
    public void Every_network_s_table_is_whole_and_fits_a_terminal()
    {
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var summary = CnnSummary.Of(architecture, classes: 7);
            var names = summary.Layers.Select(layer => layer.Name).ToList();
            Assert.AreEqual(names.Count, names.Distinct().Count(), architecture.Name);
            for (var i = 0; i < names.Count; i++)
            {
                foreach (var input in summary.Layers[i].Inputs)
                    Assert.IsTrue(input == "input" || names.IndexOf(input) is var from && from >= 0 && from < i,
                        $"{architecture.Name}: {names[i]} takes {input}");
            }
            CollectionAssert.AreEqual(new[] { 7 }, summary.Layers[^1].OutputShape.ToArray(), architecture.Name);
            Assert.AreEqual(summary.MultiplyAdds, summary.Layers.Sum(layer => layer.MultiplyAdds), architecture.Name);
            Assert.IsLessThanOrEqualTo(summary.Parameters, summary.Layers.Sum(layer => layer.Parameters), architecture.Name);

            foreach (var line in summary.ToString(80).Split(Environment.NewLine))
                Assert.IsLessThanOrEqualTo(80, line.Length, $"{architecture.Name}: {line}");
            foreach (var column in (string[])["Kernel", "Stride", "Padding", "Input", "Output", "Activations"])
                Assert.Contains(column, summary.ToString(), architecture.Name);
        }
    }

    [TestMethod]
    public void The_JSON_has_the_members_that_programs_rely_on()
    {
        using var json = JsonDocument.Parse(CnnSummary.Of(ArchitectureCatalog.Find("resnet18"), classes: 4, imageSize: 96, channels: 1).ToJson());
        CollectionAssert.AreEqual(new[] { "arch", "classes", "inputShape", "parameters", "multiplyAdds", "layers" }, Names(json.RootElement));
        Assert.AreEqual("[1,96,96]", json.RootElement.GetProperty("inputShape").GetRawText());
        var layers = json.RootElement.GetProperty("layers");
        CollectionAssert.AreEqual(
            new[] { "name", "kind", "inputShape", "outputShape", "parameters", "multiplyAdds", "kernel", "stride", "padding", "groups",
                "activationBytes", "inputs" }, Names(layers[0]));
        CollectionAssert.AreEqual(new[] { "name", "kind", "inputShape", "outputShape", "parameters", "multiplyAdds", "activationBytes", "inputs" },
            Names(layers[1]));

        static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(member => member.Name)];
    }

    [TestMethod]
    public void A_trained_network_s_table_is_that_of_its_architecture()
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(mlContext.Data.GenerateDigits(40)).Transform(mlContext.Data.GenerateDigits(40));
        var model = mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 1).Fit(data);
        Assert.AreEqual(CnnSummary.Of(model.Architecture).ToJson(), CnnSummary.Of(model).ToJson());

        // Of a network whose layers are TorchSharp's own, there are the totals only.
        var own = mlContext.MulticlassClassification.Trainers.Cnn(Snippets.MyNetworks.Small, featureColumnName: "Image", epochs: 1).Fit(data);
        var summary = CnnSummary.Of(own);
        Assert.AreEqual(8 * 9 + 8 + 8 * 16 * 10 + 10, summary.Parameters);
        Assert.IsNull(summary.MultiplyAdds);
        Assert.IsEmpty(summary.Layers);
        Assert.Contains("Parameters", summary.ToString());
    }

    [TestMethod]
    public void Wrong_arguments_are_refused()
    {
        var vgg = ArchitectureCatalog.Find("vgg16");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CnnSummary.Of(vgg, imageSize: 31)).Message, "32×32");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CnnSummary.Of(vgg, classes: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CnnSummary.Of(vgg, channels: 0));
    }

    private static string[] Outputs(CnnSummary summary, string kind) => [.. Of(summary, kind).Select(layer => string.Join('×', layer.OutputShape))];

    private static long[] Parameters(CnnSummary summary, string kind) => [.. Of(summary, kind).Select(layer => layer.Parameters)];

    private static IEnumerable<CnnLayerSummary> Of(CnnSummary summary, string kind) => summary.Layers.Where(layer => layer.Kind == kind);
}
