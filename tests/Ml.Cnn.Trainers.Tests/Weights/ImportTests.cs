using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Models from weights alone.</summary>
[TestClass]
public sealed class ImportTests
{
    private const double Tolerance = 1e-3;

    // Larger files take seconds to write and to read: tests/import takes them all.
    private const long LargestInSuite = 60_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-import").FullName;

    public required TestContext TestContext { get; init; }

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    private static bool IsFull => Environment.GetEnvironmentVariable("MLCNN_IMPORT_ALL") == "1";

    /// <summary>The smallest network of each family that torchvision has weights for.</summary>
    private static string[] Networks()
    {
        return [.. ArchitectureCatalog.All
            .Select(architecture => (architecture.Family, Weights: PretrainedWeights.DefaultOf(architecture.Name)))
            .Where(entry => entry.Weights is not null)
            .GroupBy(entry => entry.Family)
            .Select(family => family.MinBy(entry => entry.Weights!.TensorBytes).Weights!)
            .Where(weights => IsFull || weights.TensorBytes <= LargestInSuite)
            .Select(weights => weights.Architecture)];
    }

    [TestMethod]
    public void A_photo_gets_torchvisions_probabilities()
    {
        Runtime.ExactConvolutions.Require();
        var photo = Path.Join(_folder, "photo.jpg");
        PythonTorch.Require();
        File.WriteAllBytes(photo, SharedData.Files("data/hymenoptera.tar").First(file => file.Name.EndsWith(".jpg", StringComparison.Ordinal)).Bytes);
        // Python takes seconds to start; but the largest files are half a gigabyte, and come one by one.
        foreach (var names in Networks().Chunk(IsFull ? 1 : int.MaxValue))
        {
            foreach (var line in PythonTorch.Run("score_photo.py", [photo, _folder, .. names]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var theirs = JsonSerializer.Deserialize<JsonElement>(line);
                AssertSame(theirs.GetProperty("network").GetString()!, [.. theirs.GetProperty("probabilities").EnumerateArray().Select(p => p.GetDouble())],
                    photo);
            }
        }
    }

    private void AssertSame(string name, double[] theirs, string photo)
    {
        var file = Path.Join(_folder, $"{name}.pth");
        var mlContext = new MLContext();
        // The script prepares the photo as for torchvision's default weights; a file of one's own is taken for the first published recipe.
        var resize = PretrainedWeights.DefaultOf(name)!.Preprocessing.ResizeShortSide;
        var model = mlContext.Model.ImportCnn(name, file, new() { FeatureColumnName = "Image", ResizeShortSide = resize });
        File.Delete(file);
        var scored = Score(mlContext, model, photo);

        var difference = theirs.Zip(scored.Score, (a, b) => Math.Abs(a - b)).Max();
        TestContext.WriteLine(FormattableString.Invariant($"{name}: probabilities differ by {difference:E1}; the highest is {theirs.Max():0.000}"));
        Assert.HasCount(theirs.Length, scored.Score);
        Assert.IsGreaterThan(10.0 / theirs.Length, theirs.Max(), $"{name}: all classes look alike, which proves nothing");
        Assert.IsLessThan(Tolerance, difference, name);
        Assert.AreEqual(ImageNetClasses.Names[Array.IndexOf(theirs, theirs.Max())], scored.Label, name);
    }

    [TestMethod]
    public void The_head_says_how_many_classes_there_are_and_the_model_can_be_saved()
    {
        var file = Save("resnet18", classes: 3, channels: 1, "some.safetensors");
        var mlContext = new MLContext();
        var model = mlContext.Model.ImportCnn("resnet18", file, new() { FeatureColumnName = "Image" });
        Assert.AreEqual(new NetworkShape(1, 224, 224, 3), model.Shape);
        CollectionAssert.AreEqual(new[] { "class0", "class1", "class2" }, model.ClassNames.ToArray());
        Assert.AreEqual(256, model.Preprocessing.ResizeShortSide);
        Assert.IsEmpty(model.History);

        var photo = Path.Join(_folder, "photo.png");
        using (var bitmap = new SkiaSharp.SKBitmap(40, 30))
        using (var data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100))
            File.WriteAllBytes(photo, data.ToArray());
        var scored = Score(mlContext, model, photo);
        mlContext.Model.Save(model, null, Path.Join(_folder, "model.zip"));
        var loaded = (CnnTransformer)mlContext.Model.Load(Path.Join(_folder, "model.zip"), out _);
        Assert.AreEqual(model.Preprocessing, loaded.Preprocessing);
        CollectionAssert.AreEqual(scored.Score, Score(mlContext, loaded, photo).Score);
        Assert.AreEqual(1, scored.Score.Sum(), 1e-5);
    }

    [TestMethod]
    public void What_does_not_fit_together_is_said()
    {
        var file = Save("resnet18", classes: 3, channels: 3, "some.safetensors");
        var model = new MLContext().Model;
        Assert.Contains("3 classes apart, and there are 2", Assert.ThrowsExactly<ArgumentException>(() =>
            model.ImportCnn("resnet18", file, new() { ClassNames = ["a", "b"] })).Message);
        Assert.Contains("'a' appears twice", Assert.ThrowsExactly<ArgumentException>(() =>
            model.ImportCnn("resnet18", file, new() { ClassNames = ["a", "b", "a"] })).Message);
        Assert.Contains(file, Assert.ThrowsExactly<WeightsFormatException>(() => model.ImportCnn("resnet34", file)).Message);
        Assert.Contains("do not fit vgg11", Assert.ThrowsExactly<WeightsFormatException>(() => model.ImportCnn("vgg11", file)).Message);
        Assert.Contains("weights of resnet34, not of resnet18", Assert.ThrowsExactly<ArgumentException>(() => model.ImportCnn("resnet18", "resnet34")).Message);
        Assert.Contains("trunk", Assert.ThrowsExactly<ArgumentException>(() => model.ImportCnn(PretrainedWeights.Vgg16ImageNet1KFeatures)).Message);
        Assert.ThrowsExactly<FileNotFoundException>(() => model.ImportCnn("resnet18", "nowhere.pth"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.ImportCnn("resnet18", file, new() { Device = "gpu" }));
    }

    /// <summary>The published name of a file tells which weights it holds: V1 of ResNet-50 resizes to 256, V2 to 232.</summary>
    [TestMethod]
    public void A_published_file_brings_its_own_preprocessing()
    {
        var resnet50 = ArchitectureCatalog.Find("resnet50");
        foreach (var weights in (PretrainedWeights[])[PretrainedWeights.ResNet50ImageNet1KV1, PretrainedWeights.ResNet50ImageNet1KV2])
        {
            var file = Path.Join(_folder, weights.FileName);
            File.WriteAllText(file, "");
            Assert.AreEqual(weights.Preprocessing, WeightsSource.Find(file, resnet50).PreprocessingFor(resnet50, channels: 3));
        }
        // Weights of one's own were hardly trained by the recipe of the second ones, whose 232 pixels nobody would guess.
        File.WriteAllText(Path.Join(_folder, "other.pth"), "");
        Assert.AreEqual(PretrainedWeights.ResNet50ImageNet1KV1.Preprocessing, WeightsSource.Find(Path.Join(_folder, "other.pth"), resnet50)
            .PreprocessingFor(resnet50, channels: 3));
        var lenet = ArchitectureCatalog.Find("lenet5");
        Assert.AreEqual(28, WeightsSource.Find(Path.Join(_folder, "other.pth"), lenet).PreprocessingFor(lenet, channels: 1).ResizeShortSide);
    }

    [TestMethod]
    public void What_was_assumed_is_reported_and_the_options_say_otherwise()
    {
        var file = Save("resnet50", classes: 3, channels: 3, "own.safetensors");
        var (mlContext, warnings) = Listen();
        mlContext.Model.ImportCnn("resnet50", file, null, out var report);
        Assert.AreEqual(256, report.Preprocessing.ResizeShortSide);
        Assert.Contains("ResNet50_Weights.IMAGENET1K_V1", report.PreprocessingReason);
        Assert.Contains("232", warnings.Single());

        warnings.Clear();
        CnnImportOptions options = new() { ImageSize = 112, Interpolation = Interpolation.Bicubic, Mean = [0.5f, 0.5f, 0.5f], Deviation = [0.2f, 0.2f, 0.2f] };
        var model = mlContext.Model.ImportCnn("resnet50", file, options, out report);
        Assert.IsEmpty(warnings);
        Assert.AreEqual(report.Preprocessing, model.Preprocessing);
        Assert.AreEqual((112, 112, 128), (model.Preprocessing.Height, model.Preprocessing.Width, model.Preprocessing.ResizeShortSide));
        Assert.AreEqual(Interpolation.Bicubic, model.Preprocessing.Interpolation);
        Assert.AreEqual(new Normalization([0.5f, 0.5f, 0.5f], [0.2f, 0.2f, 0.2f]), model.Preprocessing.Normalization);
        Assert.Contains("but for what the options say", report.PreprocessingReason);
        options.ResizeShortSide = 140;
        Assert.AreEqual(140, mlContext.Model.ImportCnn("resnet50", file, options).Preprocessing.ResizeShortSide);
        options.Deviation = [0, 1, 1];
        Assert.Contains("above 0", Assert.ThrowsExactly<ArgumentException>(() => mlContext.Model.ImportCnn("resnet50", file, options)).Message);
    }

    /// <summary>Protects people from scores that are no numbers: a checkpoint with bad statistics says so when it is imported.</summary>
    [TestMethod]
    public void Weights_that_are_not_finite_are_named()
    {
        var path = Path.Join(_folder, "bad.safetensors");
        using (var network = ArchitectureCatalog.Find("resnet18").Build(new(3, 64, 64, 3)))
        using (var file = File.Create(path))
        {
            using var _ = TorchSharp.torch.no_grad();
            ModuleState.Of(network).First(pair => pair.Key == "bn1.running_var").Value[0] = float.NaN;
            ModuleState.Save(network, file);
        }
        var (mlContext, warnings) = Listen();
        mlContext.Model.ImportCnn("resnet18", path, null, out var report);
        CollectionAssert.AreEqual(new[] { "bn1.running_var" }, report.NonFiniteTensors.ToArray());
        Assert.Contains("'bn1.running_var' holds NaN or infinity", string.Join("\n", warnings));
    }

    [TestMethod]
    public void A_backbone_cannot_be_imported_and_says_what_it_is_for()
    {
        var path = Path.Join(_folder, "trunk.safetensors");
        using (var network = ArchitectureCatalog.Find("resnet18").Build(new(3, 64, 64, 3)))
        using (var file = File.Create(path))
            SafeTensors.Write(file, ModuleState.Of(network).Where(pair => !pair.Key.StartsWith("fc.", StringComparison.Ordinal))
                .Select(pair => KeyValuePair.Create("encoder." + pair.Key, pair.Value)));
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => new MLContext().Model.ImportCnn("resnet18", path)).Message;
        Assert.Contains("resnet18 without its last layer 'fc'", refusal);
        Assert.Contains("Weights of a trainer", refusal);
    }

    private static (MLContext Context, List<string> Warnings) Listen()
    {
        var warnings = new List<string>();
        var mlContext = new MLContext();
        mlContext.Log += (_, log) =>
        {
            if (log.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(log.RawMessage);
        };
        return (mlContext, warnings);
    }

    /// <summary>The network's own first weights as a file.</summary>
    private string Save(string name, int classes, int channels, string fileName)
    {
        using var network = ArchitectureCatalog.Find(name).Build(new(channels, 64, 64, classes));
        var path = Path.Join(_folder, fileName);
        using var file = File.Create(path);
        ModuleState.Save(network, file);
        return path;
    }

    private static Prediction Score(MLContext mlContext, CnnTransformer model, string photo)
    {
        var data = mlContext.Data.LoadFromEnumerable([new Photo { ImagePath = photo }]);
        var images = mlContext.Transforms.LoadRawImageBytes("Image", null, nameof(Photo.ImagePath)).Fit(data).Transform(data);
        var scored = model.Transform(images);
        var labeled = mlContext.Transforms.Conversion.MapKeyToValue("Label", "PredictedLabel").Fit(scored).Transform(scored);
        return mlContext.Data.CreateEnumerable<Prediction>(labeled, reuseRowObject: false).Single();
    }

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string Label { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
