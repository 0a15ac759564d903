using Microsoft.ML;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>How users choose what computes scores, and see what did.</summary>
[TestClass]
public sealed class ScoringOptionsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(40);
    private static readonly CnnTransformer s_squeezeNet = Train("squeezenet1_1", 32);
    private static readonly CnnTransformer s_leNet = Train("lenet5", 28);

    /// <summary>Protects everyone who does not ask for more: scores are the network's own in float32, however they are computed.</summary>
    [TestMethod]
    public void By_default_scores_are_those_of_the_layers()
    {
        foreach (var network in new[] { s_squeezeNet, s_leNet })
        {
            var compiled = Pipelines.Scores(network.Transform(s_digits));
            var layers = Pipelines.Scores(network.WithScoring(new() { Compile = false }).Transform(s_digits));
            for (var row = 0; row < compiled.Length; row++)
            {
                for (var i = 0; i < compiled[row].Length; i++)
                    Assert.AreEqual(layers[row][i], compiled[row][i], 1e-5, $"{network.Architecture.Name}, row {row}");
            }
        }
        Assert.AreEqual(DirectNetwork.IsSupported ? CnnScoringMethod.Direct : CnnScoringMethod.Compiled, s_leNet.ScoringCopies[0].Method);
        Assert.Contains(copy => copy is { Method: CnnScoringMethod.Layers, WeightBytes: 0, Reason: "not to be compiled" }, s_leNet.ScoringCopies);
        var weights = s_squeezeNet.ScoringCopies.First(copy => copy.Method == CnnScoringMethod.Compiled);
        Assert.AreEqual(Precision.Float32, weights.Precision);
        Assert.AreEqual(4 * Parameters(s_squeezeNet), weights.WeightBytes, "one float for each parameter of a network without normalization");
    }

    /// <summary>Protects who chooses bfloat16: it is used, noted, saved with the model, and costs little.</summary>
    [TestMethod]
    public void The_precision_is_used_and_saved()
    {
        if (!OneDnn.ComputesInBFloat16)
            Assert.Inconclusive("This processor has no instructions for bfloat16.");
        using var coarse = s_squeezeNet.WithScoring(new() { Precision = Precision.BFloat16 });
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.zip");
        try
        {
            s_mlContext.Model.Save(coarse, s_digits.Schema, path);
            using var loaded = CnnTransformer.Find(s_mlContext.Model.Load(path, out _))!;
            Assert.AreEqual(coarse.Scoring, loaded.Scoring);
            var (scores, exact) = (Pipelines.Scores(loaded.Transform(s_digits)), Pipelines.Scores(s_squeezeNet.Transform(s_digits)));
            Assert.AreEqual(Precision.BFloat16, loaded.ScoringCopies.Single().Precision);
            StringAssert.StartsWith(loaded.ScoringCopies.Single().ToString(), "compiled, bfloat16, for 64 images, ");
            var difference = scores.SelectMany(row => row).Zip(exact.SelectMany(row => row)).Max(pair => Math.Abs(pair.First - pair.Second));
            Assert.IsLessThan(0.03f, difference);
            Assert.IsGreaterThan(0, difference, "these scores were computed in float32");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects accuracy: what is faster is taken only where that is allowed.</summary>
    [TestMethod]
    public void Auto_is_float32_unless_less_is_allowed()
    {
        using var network = Train("squeezenet1_1", 64);
        using var careful = network.WithScoring(new() { Precision = Precision.Auto });
        _ = Pipelines.Scores(careful.Transform(s_digits));
        Assert.IsTrue(network.ScoringCopies.All(copy => copy.Precision == Precision.Float32));

        using var quick = network.WithScoring(new() { Precision = Precision.Auto, AllowReducedPrecision = true });
        _ = Pipelines.Scores(quick.Transform(s_digits));
        Assert.IsGreaterThan(network.Scoring == careful.Scoring ? 1 : 0, network.ScoringCopies.Count);
    }

    /// <summary>Protects networks of one's own: what the library does not know is computed as it is, and the reason is told.</summary>
    [TestMethod]
    public void A_network_of_unknown_layers_is_computed_layer_by_layer()
    {
        using var network = s_mlContext.MulticlassClassification.Trainers
            .Cnn(Networks.Marked, new CnnOptions { FeatureColumnName = "Image", Epochs = 1, ImageSize = 28, Channels = 1 })
            .Fit(s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(s_digits));
        network.WarmUp();
        var copy = network.ScoringCopies.Single();
        Assert.AreEqual(CnnScoringMethod.Layers, copy.Method);
        StringAssert.Contains(copy.Reason, "does not know");
    }

    /// <summary>Protects first requests: after the warm-up nothing is left to be made.</summary>
    [TestMethod]
    public void A_warm_up_makes_what_single_images_and_batches_need()
    {
        using var network = Train("squeezenet1_1", 48);
        Assert.IsEmpty(network.ScoringCopies);
        network.WarmUp();
        var before = network.ScoringCopies;
        if (OneDnnFusion.IsSupported)
            CollectionAssert.AreEqual(new[] { 1, 64 }, before.Select(copy => copy.Images).ToArray());
        _ = Pipelines.Scores(network.Transform(s_digits));
        CollectionAssert.AreEqual(before.ToArray(), network.ScoringCopies.ToArray());
    }

    private static CnnTransformer Train(string name, int size) => s_mlContext.MulticlassClassification.Trainers
        .Cnn(name, new() { FeatureColumnName = "Image", Epochs = 1, ImageSize = size, Channels = 1 })
        .Fit(s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Transform(s_digits));

    private static long Parameters(CnnTransformer network) => CnnSummary.Of(network).Parameters;
}
