using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MlCnn.Testing;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Every kind of column and of data view that images come in.</summary>
[TestClass]
public sealed class InputRouteTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private static readonly string[] s_routes =
        ["Interleaved", "Planar", "FlatPlanar", "Numbers", "NumbersPlanar", "Encoded", "Image", "ExtractedPlanar", "ExtractedInterleaved"];

    /// <summary>Protects models that are trained on one kind of column and used on another: the same image scores the same.</summary>
    [TestMethod]
    public void The_same_color_image_scores_the_same_by_every_route()
    {
        using var folder = new TestImageFolder();
        var data = ColorRoutes(folder, 40);
        var model = Fit(data, "Interleaved");
        var expected = Pipelines.Scores(Renamed(model, data, "Interleaved"));

        Assert.AreEqual(3, model.Shape.Channels);
        foreach (var route in s_routes.Where(r => r != "FlatPlanar"))
            Pipelines.AssertClose(expected, Pipelines.Scores(Renamed(model, data, route)), 1e-4f, route);
    }

    /// <summary>Protects training itself on every kind of column, and flat vectors under a stated layout.</summary>
    [TestMethod]
    public void Training_takes_every_route()
    {
        using var folder = new TestImageFolder();
        var data = ColorRoutes(folder, 40);
        foreach (var route in s_routes)
        {
            var model = Fit(data, route);
            Assert.AreEqual(new(3, 28, 28, 10), model.Shape, route);
            var metrics = s_mlContext.MulticlassClassification.Evaluate(Renamed(model, data, route), labelColumnName: "Key");
            Assert.IsTrue(double.IsFinite(metrics.LogLoss), route);
        }
    }

    /// <summary>Protects a table of pixels, as a CSV file has: 784 numbers are a gray square.</summary>
    [TestMethod]
    public void A_flat_vector_of_784_is_a_gray_square()
    {
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(60), reuseRowObject: false).ToArray();
        var bytes = s_mlContext.Data.LoadFromEnumerable(digits.Select(d => new FlatBytes { Image = d.Image, Label = d.Label }).ToArray());
        var numbers = s_mlContext.Data.LoadFromEnumerable(digits
            .Select(d => new FlatNumbers { Image = [.. d.Image.Select(b => (float)b)], Label = d.Label }).ToArray());
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60));
        var expected = Pipelines.Scores(model.Transform(s_mlContext.Data.GenerateDigits(60)));

        Pipelines.AssertClose(expected, Pipelines.Scores(model.Transform(bytes)), 1e-5f, "bytes");
        Pipelines.AssertClose(expected, Pipelines.Scores(model.Transform(numbers)), 1e-5f, "numbers");
        Assert.AreEqual(new(1, 28, 28, 10), s_mlContext.FitLeNet(numbers).LastTransformer.Shape);
    }

    /// <summary>Protects files of every usual kind in one folder: gray, color and transparent, of all sizes and proportions.</summary>
    [TestMethod]
    public void Images_of_any_size_and_number_of_channels_train_and_score()
    {
        using var folder = new TestImageFolder();
        var random = new Random(3);
        (int Width, int Height)[] sizes = [(28, 28), (64, 48), (33, 91), (200, 31), (1, 1), (5, 3), (1, 900), (2000, 2)];
        foreach (var (width, height) in sizes)
        {
            byte Noise(int x, int y) => (byte)((x * 7 + y * 13 + random.Next(32)) & 255);
            folder.Add("gray", $"{width}x{height}.png", Images.Gray(width, height, Noise));
            folder.Add("gray", $"{width}x{height}.jpg", Images.Gray(width, height, Noise, SKEncodedImageFormat.Jpeg));
            folder.Add("color", $"{width}x{height}.jpg", Images.Color(width, height, (x, y) => new(Noise(x, y), 200, 20), SKEncodedImageFormat.Jpeg));
            folder.Add("clear", $"{width}x{height}.png", Images.Color(width, height, (x, y) => new(10, Noise(x, y), 200, (byte)(x * 31 & 255)), alpha: true));
            folder.Add("clear", $"{width}x{height}.webp",
                Images.Color(width, height, (x, y) => new(10, Noise(x, y), 200, 128), SKEncodedImageFormat.Webp, alpha: true));
        }
        foreach (var channels in (int[])[1, 3, 4])
        {
            var data = folder.Load(s_mlContext);
            var model = s_mlContext.FitLeNet(data, Pipelines.Options(change: o => (o.Channels, o.ImageSize) = (channels, 32)));
            Assert.AreEqual(new(channels, 32, 32, 3), model.LastTransformer.Shape);
            var encoded = Pipelines.Scores(model.Transform(data));
            Assert.HasCount(sizes.Length * 5, encoded);
            Assert.IsTrue(encoded.All(s => Math.Abs(s.Sum() - 1) < 1e-5f));
        }
    }

    /// <summary>Protects photos as they are: the library's own decoding and ML.NET's LoadImages lead to the same scores,
    /// but for a JPEG's reduced scale.</summary>
    [TestMethod]
    public void Real_photos_score_alike_as_bytes_and_as_MLImage()
    {
        using var folder = new TestImageFolder();
        var number = 0;
        foreach (var photo in SharedData.Files("data/imagenette-mini.tar").Where((_, i) => i % 150 == 0))
            folder.Add(Path.GetFileName(Path.GetDirectoryName(photo.Name)!), $"{number++}.jpg", photo.Bytes);
        var data = folder.Load(s_mlContext);
        var model = s_mlContext.FitLeNet(data, Pipelines.Options(epochs: 2, change: o => (o.Channels, o.ImageSize) = (3, 64))).LastTransformer;
        var images = s_mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(data).Transform(data);

        Assert.IsGreaterThan(10, number);
        Pipelines.AssertClose(Pipelines.Scores(model.Transform(data)), Pipelines.Scores(model.Transform(images)), 0.05f, "MLImage");
    }

    /// <summary>Protects sources of every manner: an enumerable, a text file, a cache, a view without a row count, rows dealt with anew.</summary>
    [TestMethod]
    public void Training_takes_every_source()
    {
        var digits = s_mlContext.Data.GenerateDigits(100);
        using var folder = new TestImageFolder();
        var text = Path.Combine(folder.Path, "digits.csv");
        File.WriteAllLines(text, s_mlContext.Data.CreateEnumerable<Digit>(digits, reuseRowObject: false).Select(d => $"{d.Label},{string.Join(',', d.Image)}"));
        var sources = new Dictionary<string, IDataView>
        {
            ["enumerable"] = s_mlContext.EnumerableDigits(100),
            ["text"] = s_mlContext.Data.LoadFromTextFile(text, [new("Label", DataKind.String, 0), new("Image", DataKind.Single, 1, 784)], separatorChar: ','),
            ["cache"] = s_mlContext.Data.Cache(digits),
            ["filter"] = s_mlContext.Data.FilterByCustomPredicate<Digit>(digits, d => d.Label == "7"),
            ["take"] = s_mlContext.Data.TakeRows(s_mlContext.Data.SkipRows(digits, 10), 50),
            ["shuffle"] = s_mlContext.Data.ShuffleRows(digits, seed: 2),
        };
        Assert.IsNull(sources["filter"].GetRowCount());
        foreach (var (name, source) in sources)
        {
            var model = s_mlContext.FitLeNet(source).LastTransformer;
            var rows = Pipelines.Scores(model.Transform(source)).Length;
            Assert.AreEqual(rows, model.History[0].Images, name);
            Assert.AreEqual(name switch { "filter" => 90, "take" => 50, _ => 100 }, rows, name);
        }
    }

    /// <summary>Protects cached pipelines, which ML.NET's examples teach.</summary>
    [TestMethod]
    public void A_cache_checkpoint_before_the_trainer_trains_as_without()
    {
        var digits = s_mlContext.Data.GenerateDigits(100);
        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label").AppendCacheCheckpoint(s_mlContext)
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options())).Fit(digits);
        Assert.AreEqual(100, model.LastTransformer.History[0].Images);
    }

    private static CnnTransformer Fit(IDataView data, string route) =>
        s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: o =>
        {
            (o.LabelColumnName, o.Channels) = ("Key", 3);
            if (route == "FlatPlanar")
                o.PixelLayout = PixelLayout.ChannelsHeightWidth;
        })).Fit(Copied(data, route));

    private static IDataView Renamed(CnnTransformer model, IDataView data, string route) => model.Transform(Copied(data, route));

    private static IDataView Copied(IDataView data, string route) => s_mlContext.Transforms.CopyColumns("Image", route).Fit(data).Transform(data);

    /// <summary>Tinted digits in columns of every kind.</summary>
    private static IDataView ColorRoutes(TestImageFolder folder, int count)
    {
        var rows = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(count), reuseRowObject: false).Select((digit, i) =>
        {
            byte[][] planes = [digit.Image, [.. digit.Image.Select(v => (byte)(v / 2 + 10 * i % 128))], [.. digit.Image.Select(v => (byte)(255 - v))]];
            var interleaved = new byte[3 * 784];
            for (var c = 0; c < 3; c++)
                for (var p = 0; p < 784; p++)
                    interleaved[p * 3 + c] = planes[c][p];
            byte[] planar = [.. planes.SelectMany(p => p)];
            var path = folder.Add(digit.Label, $"{i}.png", Images.Color(28, 28,
                (x, y) => new(planes[0][y * 28 + x], planes[1][y * 28 + x], planes[2][y * 28 + x])));
            return new ColorRow
            {
                ImagePath = path,
                Label = digit.Label,
                Interleaved = interleaved,
                Planar = planar,
                FlatPlanar = planar,
                Numbers = [.. interleaved.Select(b => (float)b)],
                NumbersPlanar = [.. planar.Select(b => (float)b)],
            };
        }).ToArray();
        var data = s_mlContext.Data.LoadFromEnumerable(rows);
        return s_mlContext.Transforms.Conversion.MapValueToKey("Key", "Label")
            .Append(s_mlContext.Transforms.LoadRawImageBytes("Encoded", null, "ImagePath"))
            .Append(s_mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(s_mlContext.Transforms.ResizeImages("Sized", 28, 28, "Image"))
            .Append(s_mlContext.Transforms.ExtractPixels("ExtractedPlanar", "Sized"))
            .Append(s_mlContext.Transforms.ExtractPixels("ExtractedInterleaved", "Sized", interleavePixelColors: true,
                orderOfExtraction: ImagePixelExtractingEstimator.ColorsOrder.ARGB))
            .Fit(data).Transform(data);
    }

    private sealed class ColorRow
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";

        [VectorType(28, 28, 3)]
        public byte[] Interleaved { get; set; } = [];

        [VectorType(3, 28, 28)]
        public byte[] Planar { get; set; } = [];

        [VectorType(3 * 784)]
        public byte[] FlatPlanar { get; set; } = [];

        [VectorType(28, 28, 3)]
        public float[] Numbers { get; set; } = [];

        [VectorType(3, 28, 28)]
        public float[] NumbersPlanar { get; set; } = [];
    }

    private sealed class FlatBytes
    {
        [VectorType(784)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class FlatNumbers
    {
        [VectorType(784)]
        public float[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
