using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Images that cannot be read or decoded, in training and in scoring.</summary>
[TestClass]
public sealed class BadImageTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects users with a large folder: one run names every bad file, not the first alone.</summary>
    [TestMethod]
    [DataRow("folder", 1)]
    [DataRow("folder", 3)]
    [DataRow("enumerable", 1)]
    [DataRow("enumerable", 3)]
    [DataRow("memory", 2)]
    [DataRow("images", 1)]
    [DataRow("images", 3)]
    public void Training_names_every_bad_file_once_the_pass_is_over(string source, int threads)
    {
        using var folder = TestImageFolder.OfDigits(60);
        var data = WithBadFiles(folder, source, out var bad);
        var error = Assert.ThrowsExactly<BadImageException>(() =>
            s_mlContext.FitLeNet(data, Pipelines.Options(change: o =>
            (o.BatchSize, o.ReaderThreads, o.Cache) = (8, threads, source == "memory" ? ImageCache.Memory : ImageCache.None))));
        CollectionAssert.AreEqual(bad, error.Images.Select(i => i.File).ToArray());
        foreach (var name in bad)
            Assert.Contains(name, error.Message);
    }

    /// <summary>Protects users who let bad images go: they are counted, listed and told to the log, and training goes on without them.</summary>
    [TestMethod]
    [DataRow("folder")]
    [DataRow("enumerable")]
    [DataRow("memory")]
    [DataRow("images")]
    public void Skipped_files_are_counted_and_listed(string source)
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        using var folder = TestImageFolder.OfDigits(60);
        var data = WithBadFiles(folder, source, out var bad);
        var options = Pipelines.Options(epochs: 2, change: o =>
            (o.OnBadImage, o.Cache) = (BadImageHandling.Skip, source == "memory" ? ImageCache.Memory : ImageCache.None));
        var model = mlContext.FitLeNet(data, options).LastTransformer;

        CollectionAssert.AreEqual(bad, model.BadImages.Select(i => i.File).ToArray());
        Assert.AreEqual(60, model.History[1].Images);
        Assert.Contains(m => m.StartsWith($"Warning: {bad.Length} bad images were skipped", StringComparison.Ordinal) && bad.All(m.Contains), messages);
    }

    /// <summary>Protects scoring: a bad image never takes another one's score. It is an error that names it, …</summary>
    [TestMethod]
    public void Scoring_a_bad_image_throws_its_name()
    {
        using var folder = TestImageFolder.OfDigits(60);
        var model = s_mlContext.FitLeNet(folder.Load(s_mlContext)).LastTransformer;
        foreach (var source in (string[])["folder", "images"])
        {
            var data = WithBadFiles(folder, source, out _);
            var error = Assert.ThrowsExactly<BadImageException>(() => Pipelines.Scores(model.Transform(data)));
            Assert.HasCount(1, error.Images);
            Assert.Contains("bad", error.Images[0].File);
        }
    }

    /// <summary>… or, for a model trained with Skip, a row without a label whose scores are no numbers.</summary>
    [TestMethod]
    [DataRow("folder")]
    [DataRow("enumerable")]
    [DataRow("images")]
    public void A_model_that_skips_bad_images_gives_them_no_score(string source)
    {
        using var folder = TestImageFolder.OfDigits(60);
        var model = s_mlContext.FitLeNet(folder.Load(s_mlContext), Pipelines.Options(change: o => o.OnBadImage = BadImageHandling.Skip)).LastTransformer;
        var expected = Pipelines.Scores(model.Transform(folder.Load(s_mlContext)));
        var data = WithBadFiles(folder, source, out var bad);
        var scored = model.Transform(data);

        var names = scored.GetColumn<string>("ImagePath").ToArray();
        var scores = Pipelines.Scores(scored);
        var keys = Pipelines.PredictedKeys(scored);
        var good = 0;
        for (var i = 0; i < names.Length; i++)
        {
            var isBad = bad.Contains(names[i]);
            Assert.AreEqual(isBad, keys[i] == 0, names[i]);
            Assert.AreEqual(isBad, scores[i].All(float.IsNaN), names[i]);
            if (!isBad)
                Pipelines.AssertClose([expected[good++]], [scores[i]], 1e-5f, names[i]);
        }
        Assert.AreEqual(60, good);
        Assert.HasCount(60 + bad.Length, scored.GetColumn<string>("ImagePath").ToList());
    }

    /// <summary>Protects readers of the image column beside its scores: the file that is not there hurts only those who ask for its bytes.</summary>
    [TestMethod]
    public void A_missing_file_is_one_bad_image_also_where_its_bytes_are_passed_on()
    {
        using var folder = TestImageFolder.OfDigits(60);
        var model = s_mlContext.FitLeNet(folder.Load(s_mlContext), Pipelines.Options(change: o => o.OnBadImage = BadImageHandling.Skip)).LastTransformer;
        var scored = model.Transform(WithBadFiles(folder, "folder", out var bad));
        using var cursor = scored.GetRowCursor(scored.Schema);
        var getImage = cursor.GetGetter<VBuffer<byte>>(scored.Schema["Image"]);
        var getKey = cursor.GetGetter<uint>(scored.Schema["PredictedLabel"]);
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(scored.Schema["ImagePath"]);
        VBuffer<byte> image = default;
        ReadOnlyMemory<char> path = default;
        uint key = 0;
        var (rows, missing, unscored) = (0, 0, 0);
        while (cursor.MoveNext())
        {
            rows++;
            getKey(ref key);
            getPath(ref path);
            unscored += key == 0 ? 1 : 0;
            if (File.Exists(path.ToString()))
            {
                getImage(ref image);
                continue;
            }
            missing++;
            Assert.Contains("missing.jpg", Assert.Throws<IOException>(() => getImage(ref image)).Message);
        }
        Assert.AreEqual((60 + bad.Length, 1, bad.Length), (rows, missing, unscored));
    }

    /// <summary>Protects batch norm, which needs two images: skipping never leaves one alone.</summary>
    [TestMethod]
    public void Skipping_never_leaves_a_batch_of_one()
    {
        using var folder = TestImageFolder.OfDigits(12);
        foreach (var i in Enumerable.Range(0, 9))
            folder.Add($"{i}", $"bad{i}.png", [1, 2, 3]);
        RecordingNetwork? network = null;
        var model = s_mlContext.FitOwn(folder.Load(s_mlContext), (channels, classes) => network = new RecordingNetwork(channels, classes),
            o => (o.BatchSize, o.OnBadImage, o.ImageSize, o.Epochs) = (2, BadImageHandling.Skip, 28, 5));
        var sizes = network!.BatchSizes;
        Assert.HasCount(9, model.BadImages);
        Assert.AreEqual(60, sizes.Sum());
        Assert.DoesNotContain(1, sizes);
    }

    /// <summary>Protects a folder in which nothing is an image.</summary>
    [TestMethod]
    public void A_folder_without_one_good_image_is_an_error_that_names_some()
    {
        using var folder = new TestImageFolder();
        foreach (var name in (string[])["a", "b", "c"])
            folder.Add(name, "bad.png", [1, 2, 3]);
        var error = Assert.Throws<InvalidOperationException>(() =>
            s_mlContext.FitLeNet(folder.Load(s_mlContext), Pipelines.Options(change: o => o.OnBadImage = BadImageHandling.Skip)));
        Assert.Contains("bad.png", error.Message);
    }

    /// <summary>Protects validation: a bad image there is named too.</summary>
    [TestMethod]
    public void Bad_images_of_the_validation_set_are_named()
    {
        using var folder = TestImageFolder.OfDigits(60);
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(folder.Load(s_mlContext));
        var train = keys.Transform(folder.Load(s_mlContext));
        using var other = TestImageFolder.OfDigits(20, seed: 2);
        var validation = keys.Transform(WithBadFiles(other, "folder", out var bad));
        var error = Assert.ThrowsExactly<BadImageException>(() =>
            s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: o => o.ValidationSet = validation)).Fit(train));
        CollectionAssert.AreEqual(bad, error.Images.Select(i => i.File).ToArray());
    }

    /// <summary>
    /// Protects training in which the network and the decoding take turns on all cores: whole batches of bad images are passed over.
    /// </summary>
    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = false)]
    public void Decoding_in_turns_passes_over_batches_of_bad_images()
    {
        using var folder = TestImageFolder.OfDigits(40);
        for (var i = 0; i < 30; i++)
            folder.Add("5", $"bad-{i:00}.png", [1, 2, 3]);
        var model = s_mlContext.FitLeNet(folder.Load(s_mlContext), Pipelines.Options(epochs: 2,
            change: o => (o.BatchSize, o.NetworkThreads, o.OnBadImage) = (3, Environment.ProcessorCount, BadImageHandling.Skip))).LastTransformer;
        Assert.HasCount(30, model.BadImages);
        Assert.IsTrue(model.History.All(epoch => epoch.Images == 40));
    }

    /// <summary>A missing file, one of no bytes, one cut short, one that is no image.</summary>
    private static IDataView WithBadFiles(TestImageFolder folder, string source, out string[] bad)
    {
        var jpeg = Images.Color(60, 40, (x, y) => new((byte)(x * y), (byte)(x + y), 7), SKEncodedImageFormat.Jpeg);
        var cut = folder.Add("1", "bad-cut.jpg", source == "images" ? [0xFF, 0xD8, 0xFF] : jpeg[..(jpeg.Length / 2)]);
        var empty = folder.Add("2", "bad-empty.jpg", []);
        var missing = folder.Add("3", "bad-missing.jpg", jpeg);
        var text = folder.Add("4", "bad-text.png", "This is no image."u8.ToArray());
        bad = [cut, empty, missing, text];
        Array.Sort(bad, StringComparer.Ordinal);

        var paths = s_mlContext.Data.LoadImageFolder(folder.Path);
        if (source == "enumerable")
            paths = s_mlContext.Data.LoadFromEnumerable(s_mlContext.Data.CreateEnumerable<PathAndLabel>(paths, reuseRowObject: false).ToArray());
        File.Delete(missing);
        return source == "images"
            ? s_mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(paths).Transform(paths)
            : s_mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
    }

    private sealed class PathAndLabel
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
