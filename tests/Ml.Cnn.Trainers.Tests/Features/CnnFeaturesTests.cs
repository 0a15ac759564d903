using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests.Features;

/// <summary>A network's features as a column for other trainers.</summary>
[TestClass]
public sealed class CnnFeaturesTests
{
    private const int Rows = 70; // two batches of look-ahead and a rest

    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(Rows);
    private static readonly CnnTransformer s_network = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(600), Pipelines.Options(epochs: 3)).LastTransformer;

    [TestMethod]
    public void Another_trainer_learns_from_the_features()
    {
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.Transforms.CnnFeatures("Features", "Image", s_network))
            .Append(s_mlContext.Transforms.NormalizeMinMax("Features"))
            .AppendCacheCheckpoint(s_mlContext)
            .Append(s_mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy());
        var model = pipeline.Fit(s_mlContext.Data.GenerateDigits(600, seed: 2));
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(s_mlContext.Data.GenerateDigits(300, seed: 3)));
        Assert.IsGreaterThan(0.7, metrics.MicroAccuracy); // chance: 0.1
    }

    [TestMethod]
    public void The_features_are_what_the_head_takes()
    {
        var features = Features();
        Assert.AreEqual(("activation4", 84, "Image", "Features"), (features.Layer, features.Length, features.InputColumnName, features.OutputColumnName));
        var type = Assert.IsInstanceOfType<VectorDataViewType>(features.GetOutputSchema(s_digits.Schema)["Features"].Type);
        Assert.AreEqual(84, type.Size);
        var promised = s_mlContext.Transforms.CnnFeatures("Features", "Image", s_network).GetOutputSchema(SchemaErrorTests.ShapeOf(s_digits.Schema));
        CollectionAssert.AreEquivalent(SchemaErrorTests.ShapeOf(features.GetOutputSchema(s_digits.Schema)).Select(Describe).ToArray(), promised.Select(Describe)
            .ToArray());

        // The head is linear: its weights make the network's scores of the features.
        using var scope = TorchSharp.torch.NewDisposeScope();
        var head = s_network.Scorer.Network.named_modules().Single(child => child.name == "fc3").module;
        var values = Values(features.Transform(s_digits));
        var logits = ((Trainers.Layers.Linear)head).call(TorchSharp.torch.tensor(values.SelectMany(row => row).ToArray(), [Rows, 84L]));
        var probabilities = TorchSharp.torch.nn.functional.softmax(logits, 1).data<float>().ToArray().Chunk(10).ToArray();
        Pipelines.AssertClose(Pipelines.Scores(s_network.Transform(s_digits)), probabilities, 1e-5f, "scores");
    }

    [TestMethod]
    public void A_feature_map_is_flattened_or_averaged()
    {
        var map = Features("conv2");
        Assert.AreEqual((16 * 10 * 10, false), (map.Length, map.IsPooled));
        var pooled = Features("conv2", pool: true);
        Assert.AreEqual((16, true), (pooled.Length, pooled.IsPooled));
        var whole = Values(map.Transform(s_digits));
        var means = whole.Select(row => row.Chunk(100).Select(channel => channel.Average()).ToArray()).ToArray();
        Pipelines.AssertClose(means, Values(pooled.Transform(s_digits)), 1e-4f, "means");
        Assert.AreEqual((84, false), (Features("activation4", pool: true).Length, Features("activation4", pool: true).IsPooled));
    }

    [TestMethod]
    public void Other_columns_pass_and_rows_may_be_read_in_any_way()
    {
        var features = Features();
        var data = features.Transform(s_digits);
        CollectionAssert.AreEqual(s_digits.Schema.Select(column => column.Name).Append("Features").ToArray(), data.Schema.Select(column => column.Name)
            .ToArray());
        CollectionAssert.AreEqual(s_digits.GetColumn<string>("Label").ToArray(), data.GetColumn<string>("Label").ToArray());
        var expected = Values(data);

        var rows = s_mlContext.Data.CreateEnumerable<DigitFeatures>(data, reuseRowObject: false).ToArray();
        Pipelines.AssertSame(expected, [.. rows.Select(row => row.Features)]);

        using var engine = s_mlContext.Model.CreatePredictionEngine<Digit, DigitFeatures>(features);
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_digits, reuseRowObject: false).Take(5);
        Pipelines.AssertClose(expected[..5], [.. digits.Select(digit => engine.Predict(digit).Features)], 1e-4f, "engine");
        Assert.IsEmpty(Values(features.Transform(s_mlContext.Data.LoadFromEnumerable(Array.Empty<Digit>()))));
    }

    [TestMethod]
    [DataRow(null, null)]
    [DataRow("pool2", true)]
    public void A_saved_pipeline_gives_the_same_features_elsewhere(string? layer, bool? pool)
    {
        var pipeline = s_mlContext.Transforms.CopyColumns("Photo", "Image")
            .Append(s_mlContext.Transforms.CnnFeatures("Vector", "Photo", s_network, layer, pool));
        var model = pipeline.Fit(s_digits);
        var loaded = Pipelines.Load(s_mlContext.Save(model, s_digits.Schema));
        Pipelines.AssertSame(Values(model.Transform(s_digits), "Vector"), Values(loaded.Transform(s_digits), "Vector"));
        var features = ((TransformerChain<ITransformer>)loaded).OfType<CnnFeaturesTransformer>().Single();
        Assert.AreEqual((model.LastTransformer.Layer, model.LastTransformer.IsPooled, "Photo"), (features.Layer, features.IsPooled, features.InputColumnName));
    }

    [TestMethod]
    public void A_saved_network_may_be_named_by_its_file()
    {
        var path = Path.GetTempFileName();
        try
        {
            var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_digits).Append(s_network);
            s_mlContext.Model.Save(pipeline, s_digits.Schema, path);
            var features = s_mlContext.Transforms.CnnFeatures("Features", "Image", path).Fit(s_digits);
            Pipelines.AssertSame(Values(Features().Transform(s_digits)), Values(features.Transform(s_digits)));

            s_mlContext.Model.Save(s_mlContext.Transforms.CopyColumns("A", "Label").Fit(s_digits), s_digits.Schema, path);
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => s_mlContext.Transforms.CnnFeatures("Features", "Image", path)).Message,
                "without a convolutional network");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects features of published weights, and of a network whose head is a convolution: it takes a map, which is averaged.</summary>
    [TestMethod]
    public void Weights_that_others_trained_give_features()
    {
        var file = Path.Join(Path.GetTempPath(), $"mlcnn-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (var squeezenet = ArchitectureCatalog.Find("squeezenet1_1").Build(new(3, 224, 224, 5)))
            using (var stream = File.Create(file))
                ModuleState.Save(squeezenet, stream);
            var network = s_mlContext.Model.ImportCnn("squeezenet1_1", file);
            var bytes = s_mlContext.Data.LoadFromEnumerable([new Photo { Image = Png() }]);
            var features = s_mlContext.Transforms.CnnFeatures("Features", "Image", network).Fit(bytes);
            Assert.AreEqual(("classifier.0", 512, true), (features.Layer, features.Length, features.IsPooled));
            var map = Values(s_mlContext.Transforms.CnnFeatures("Features", "Image", network, features.Layer).Fit(bytes).Transform(bytes))[0];
            Assert.HasCount(512 * 13 * 13, map);
            Pipelines.AssertClose([[.. map.Chunk(13 * 13).Select(channel => channel.Average())]], Values(features.Transform(bytes)), 1e-4f, "means");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void A_layer_that_is_not_there_is_refused_with_the_nearest()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => Features("con2"));
        StringAssert.Contains(error.Message, "no layer called 'con2'. The nearest are: conv2, conv1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_mlContext.Transforms.CnnFeatures("F", "Label", s_network)
            .Fit(s_digits)).Message, "Label");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => s_mlContext.Transforms.CnnFeatures("F", "Nothing", s_network)
            .GetOutputSchema(SchemaErrorTests.ShapeOf(s_digits.Schema))).Message, "Nothing");

        var own = s_mlContext.FitOwn(s_digits, Snippets.MyNetworks.Small);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => s_mlContext.Transforms.CnnFeatures("F", "Image", own)).Message,
            "no layers of this library");
    }

    [TestMethod]
    public void A_bad_image_has_no_numbers_or_fails_as_with_the_scores()
    {
        var bytes = s_mlContext.Data.LoadFromEnumerable([new Photo { Image = [1, 2, 3] }]);
        var skipping = s_network.WithBadImages(BadImageHandling.Skip);
        var values = Values(s_mlContext.Transforms.CnnFeatures("Features", "Image", skipping).Fit(bytes).Transform(bytes))[0];
        Assert.HasCount(84, values);
        Assert.IsTrue(values.All(float.IsNaN));
        Assert.ThrowsExactly<BadImageException>(() => Values(s_mlContext.Transforms.CnnFeatures("Features", "Image", s_network).Fit(bytes).Transform(bytes)));
    }

    private static CnnFeaturesTransformer Features(string? layer = null, bool? pool = null) =>
        s_mlContext.Transforms.CnnFeatures("Features", "Image", s_network, layer, pool).Fit(s_digits);

    private static byte[] Png()
    {
        using var bitmap = new SKBitmap(300, 260);
        bitmap.Erase(SKColors.Orange);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }

    private static string Describe(SchemaShape.Column column) => $"{column.Name} {column.Kind} {column.ItemType}";

    private static float[][] Values(IDataView data, string column = "Features") => [.. data.GetColumn<float[]>(column)];

    private sealed class DigitFeatures
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class Photo
    {
        public byte[] Image { get; set; } = [];
    }
}
