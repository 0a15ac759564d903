using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>What a user does with the network of a file: scores with it, trains it on photos of other classes, saves the model, loads it elsewhere.</summary>
internal static class FineTuning
{
    private const int Photos = 8;
    private const double Allowed = 1e-4;

    /// <summary>Compares the scores of the imported model, which its copies for scoring compute, with ONNX Runtime's of the file.</summary>
    /// <returns>The largest difference of probabilities.</returns>
    public static double CompareScores(string path, Architecture architecture)
    {
        var mlContext = new MLContext(seed: 1);
        using var model = mlContext.Model.ImportCnn(architecture, new() { FeatureColumnName = "Image" });
        var (size, channels, plane) = (architecture.ImageSize, architecture.Channels, architecture.ImageSize * architecture.ImageSize);
        var random = new Random(7);
        var rows = Enumerable.Range(0, 3).Select(_ => new Row { Image = new byte[plane * channels] }).ToArray();
        foreach (var row in rows)
            random.NextBytes(row.Image);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Image"].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size, size, channels);
        var scores = model.Transform(mlContext.Data.LoadFromEnumerable(rows, schema)).GetColumn<float[]>("Score").ToArray();
        var (mean, deviation) = (model.Preprocessing.Normalization.Mean, model.Preprocessing.Normalization.Deviation);
        float[] pixels = [.. rows.SelectMany(row => Enumerable.Range(0, row.Image.Length)
            .Select(at => (row.Image[at % plane * channels + at / plane] / 255f - mean[at / plane]) / deviation[at / plane]))];
        var logits = ImportedScores.OfRuntimeOneByOne(path, pixels, [rows.Length, channels, size, size]);
        var expected = ImportedScores.Softmax(logits, logits.Length / rows.Length);
        return expected.Zip(scores.SelectMany(row => row), (one, other) => Math.Abs((double)one - other)).Max();
    }

    /// <summary>Trains one epoch on photos, and compares what the model scores with what it scores once it was saved and loaded.</summary>
    public static CnnEpoch TrainSaveLoad(Architecture architecture, TemporaryFolder folder)
    {
        var mlContext = new MLContext(seed: 1);
        var rows = Photographs();
        var data = mlContext.Data.LoadFromEnumerable(rows);
        // Deep networks of drawn weights, whose normalization was folded, are thrown far by a single step otherwise.
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 4, Seed = 1, LearningRate = 1e-3, GradientClippingNorm = 1 };
        var chain = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.MulticlassClassification.Trainers.Cnn(architecture, options))
            .Fit(data);
        using var trained = chain.LastTransformer;
        Assert.AreEqual(2, trained.Shape.Classes);
        var epoch = trained.History.Single();
        Assert.IsTrue(double.IsFinite(epoch.Loss), $"the loss is {epoch.Loss}");
        var scores = chain.Transform(data).GetColumn<float[]>("Score").ToArray();
        Assert.IsTrue(scores.SelectMany(row => row).All(float.IsFinite));
        var path = Path.Join(folder.Path, "tuned.zip");
        mlContext.Model.Save(chain, data.Schema, path);
        var loaded = new MLContext(seed: 2).Model.Load(path, out _);
        using var network = CnnTransformer.Find(loaded)!;
        Assert.AreEqual(architecture.Name, network.Name);
        foreach (var (expected, found) in scores.Zip(loaded.Transform(data).GetColumn<float[]>("Score")))
            Assert.IsLessThanOrEqualTo(Allowed, expected.Zip(found, (one, other) => Math.Abs((double)one - other)).Max());
        return epoch;
    }

    /// <summary>Trains one epoch with all but the head frozen, and gives the names of the weights that are no longer the file's.</summary>
    public static string[] ChangedByHeadAlone(Architecture architecture)
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadFromEnumerable(Photographs());
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 4, Seed = 1, Freeze = Freezing.Backbone };
        using var trained = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Cnn(architecture, options)).Fit(data).LastTransformer;
        var before = architecture.Weights!.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value);
        return [.. ModuleState.Of(trained.Scorer.Network).Where(pair => before.TryGetValue(pair.Key, out var was)
            && !(was.shape.SequenceEqual(pair.Value.shape) && was.allclose(pair.Value, rtol: 0, atol: 0))).Select(pair => pair.Key)];
    }

    // Ants and bees where they are there, else drawn pictures of two kinds.
    private static Photo[] Photographs()
    {
        if (SharedData.Find("data/hymenoptera.tar") is null)
            return [.. Enumerable.Range(0, Photos).Select(i => new Photo { Label = i % 2 == 0 ? "ants" : "bees", Image = Drawn(i) })];
        var files = SharedData.Files("data/hymenoptera.tar").Where(file => file.Name.Contains("/train/", StringComparison.Ordinal)).ToArray();
        return [.. ((string[])["ants", "bees"]).SelectMany(label => files.Where(file => file.Name.Contains($"/{label}/", StringComparison.Ordinal))
            .Take(Photos / 2).Select(file => new Photo { Label = label, Image = file.Bytes }))];
    }

    private static byte[] Drawn(int seed)
    {
        const int Side = 96;
        using var bitmap = new SkiaSharp.SKBitmap(Side, Side);
        for (var i = 0; i < Side * Side; i++)
            bitmap.SetPixel(i % Side, i / Side, new((byte)(i * (seed + 1)), (byte)(i / Side * 2), (byte)(seed % 2 * 255)));
        using var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Photo
    {
        public string Label { get; set; } = "";

        public byte[] Image { get; set; } = [];
    }
}
