using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Sources;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>Augmentation inside ML.NET's pipelines.</summary>
[TestClass]
public class AugmentingEstimatorTests
{
    private const int RowCount = 40;

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [ImageType(5, 7)]
        public MLImage? Image { get; set; }
    }

    /// <summary>Images that shuffle and split into parallel cursors, as those of files do.</summary>
    private sealed class ImagesView() : IndexedDataView(ImageSchema(), RowCount * 4)
    {
        internal override Delegate CreateGetter(int column, Func<int> row) => (ValueGetter<MLImage>)((ref MLImage image) => image = Image(row()));

        private static DataViewSchema ImageSchema()
        {
            var builder = new DataViewSchema.Builder();
            builder.AddColumn("Image", new ImageDataViewType(5, 7));
            return builder.ToSchema();
        }
    }

    /// <summary>What a trainer at the end of the chain would read.</summary>
    private sealed class Spy : IEstimator<ITransformer>
    {
        public IDataView? Seen { get; private set; }

        public ITransformer Fit(IDataView input)
        {
            Seen = input;
            return new MLContext().Transforms.CopyColumns("Copy", "Image").Fit(input);
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    [TestMethod]
    public void Fit_sees_random_images_and_Transform_does_not()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        var spy = new Spy();

        var model = mlContext.Transforms.RandomHorizontalFlip("Image").Append(spy).Fit(data);

        var originals = Images(data, "Image");
        var flipped = Flips(originals, Images(spy.Seen!, "Image"));
        Assert.IsTrue(flipped.Contains(true) && flipped.Contains(false), "Some are flipped, some are not.");
        Assert.IsFalse(Flips(originals, Images(model.Transform(data), "Image")).Contains(true), "Scoring flips nothing.");
        CollectionAssert.AreEqual(Rows.Texts(data, "Label"), Rows.Texts(spy.Seen!, "Label"));
    }

    [TestMethod]
    public void Epochs_differ_and_repeat_whatever_the_number_of_cursors()
    {
        var mlContext = new MLContext(seed: 3);
        var data = new ImagesView();
        var spy = new Spy();
        mlContext.Transforms.ColorJitter("Augmented", "Image", brightness: 0.5).Append(spy).Fit(data);
        var view = spy.Seen!;

        var first = Epoch(0, cursors: 1, shuffle: null);
        CollectionAssert.AreEqual(first, Epoch(0, cursors: 1, shuffle: null));
        CollectionAssert.AreEqual(first, Epoch(0, cursors: 3, shuffle: 5));
        CollectionAssert.AreNotEqual(first, Epoch(1, cursors: 1, shuffle: null));
        Assert.IsGreaterThan(60, first.Distinct().Count(), "Rows differ.");
        Assert.IsTrue(view.CanShuffle);

        // The first pixel of each row, by the row's id.
        List<byte> Epoch(int epoch, int cursors, int? shuffle)
        {
            var values = new SortedDictionary<ulong, byte>();
            using var scope = AugmentationScope.Enter(seed: 9, epoch);
            var column = view.Schema["Augmented"];
            foreach (var cursor in view.GetRowCursorSet([column], cursors, shuffle is { } seed ? new Random(seed) : null))
                using (cursor)
                {
                    var (getImage, getId, image, id) = (cursor.GetGetter<MLImage>(column), cursor.GetIdGetter(), default(MLImage)!, default(DataViewRowId));
                    while (cursor.MoveNext())
                    {
                        getImage(ref image);
                        getId(ref id);
                        values[id.Low] = image.Pixels[5];
                    }
                    image.Dispose();
                }
            Assert.IsTrue(scope.WasSeen);
            return [.. values.Values];
        }
    }

    /// <summary>Two steps of one pipeline must not draw the same numbers: a crop's place would decide the flip.</summary>
    [TestMethod]
    public void Steps_after_each_other_draw_independently()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        var spy = new Spy();

        mlContext.Transforms.RandomHorizontalFlip("A", "Image").Append(mlContext.Transforms.RandomHorizontalFlip("B", "Image")).Append(spy).Fit(data);

        CollectionAssert.AreNotEqual(Flips(Images(data, "Image"), Images(spy.Seen!, "A")), Flips(Images(data, "Image"), Images(spy.Seen!, "B")));
    }

    [TestMethod]
    public void Steps_without_chance_and_sizes_belong_to_scoring()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        var recipe = new ImageAugmentation([new RandomResizedCrop(), new Grayscale()]);

        var model = mlContext.Transforms.AugmentImages("Small", "Image", recipe, width: 4, height: 3).Fit(data);
        var transformed = model.Transform(data);

        Assert.AreEqual(new ImageDataViewType(3, 4), transformed.Schema["Small"].Type);
        Assert.AreEqual(new ImageDataViewType(5, 7), mlContext.Transforms.RandomResizedCrop("Image").Fit(data).Transform(data).Schema["Image"].Type,
            "Its own size stays.");
        foreach (var pixels in Images(transformed, "Small"))
        {
            Assert.HasCount(4 * 3 * 4, pixels);
            for (var i = 0; i < pixels.Length; i += 4)
                Assert.IsTrue(pixels[i] == pixels[i + 1] && pixels[i] == pixels[i + 2] && pixels[i + 3] == 255);
        }
    }

    [TestMethod]
    public void A_saved_pipeline_loads_and_does_the_same()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        var recipe = ImageAugmentation.Preset("inception").Then(new GaussianFilter());
        var model = mlContext.Transforms.AugmentImages("Image", null, recipe, width: 6, height: 6, seed: 8).Fit(data);
        using var file = new MemoryStream();

        mlContext.Model.Save(model, data.Schema, file);
        var loaded = new MLContext().Model.Load(file, out _);

        var transformer = loaded as ImageAugmentingTransformer ?? (ImageAugmentingTransformer)((IEnumerable<ITransformer>)loaded).Single();
        Assert.AreEqual(recipe, transformer.Augmentation);
        Assert.AreEqual(model.Settings, transformer.Settings);
        foreach (var (expected, actual) in Images(model.Transform(data), "Image").Zip(Images(loaded.Transform(data), "Image")))
            CollectionAssert.AreEqual(expected, actual);
    }

    [TestMethod]
    public void A_prediction_engine_sees_the_image_as_it_is()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        var model = mlContext.Transforms.RandomVerticalFlip("Image", probability: 1).Fit(data);
        var row = mlContext.Data.CreateEnumerable<Row>(data, reuseRowObject: false).First();
        var expected = row.Image!.Pixels.ToArray();
        using var engine = mlContext.Model.CreatePredictionEngine<Row, Row>(model, data.Schema);

        using var image = engine.Predict(row).Image!;

        CollectionAssert.AreEqual(expected, image.Pixels.ToArray());
    }

    /// <summary>Colors that are multiplied with alpha come out so, in the order they came in.</summary>
    [TestMethod]
    [DataRow(MLPixelFormat.Rgba32)]
    [DataRow(MLPixelFormat.Bgra32)]
    public void Transparent_images_keep_their_alpha(MLPixelFormat format)
    {
        byte[] pixels = [100, 50, 20, 128, 0, 0, 0, 0, 200, 100, 7, 255];
        using var image = MLImage.CreateFromPixels(3, 1, format, pixels);
        image.Tag = "three";

        using var flipped = new ImageAugmenter(new("A", "B", new([new RandomHorizontalFlip(1)]), 1), (1, 0), 0).Apply(image, 0);

        Assert.AreEqual((format, "three"), (flipped.PixelFormat, flipped.Tag));
        byte[] expected = [200, 100, 7, 255, 0, 0, 0, 0, 100, 50, 20, 128];
        for (var i = 0; i < 12; i++)
            Assert.AreEqual(expected[i], flipped.Pixels[i], 1.0);
    }

    [TestMethod]
    public void A_cache_after_the_augmentation_warns()
    {
        var mlContext = new MLContext(seed: 3);
        var warnings = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(e.Message);
        };
        var (data, spy) = (Data(mlContext), new Spy());
        mlContext.Transforms.RandomHorizontalFlip("Augmented", "Image").Append(spy).Fit(data);
        Rows.Texts(spy.Seen!, "Label");
        Assert.IsEmpty(warnings, "Labels are not augmented.");

        Images(spy.Seen!, "Augmented");
        Images(spy.Seen!, "Augmented");

        Assert.HasCount(1, warnings);
        StringAssert.Contains(warnings[0], "AppendCacheCheckpoint before the augmentation");
    }

    [TestMethod]
    public void A_trainer_learns_that_a_cache_stands_between()
    {
        var warnings = new List<string>();
        var epochs = new AugmentedEpochs(1, warnings.Add);
        for (var epoch = 0; epoch < 4; epoch++)
            Assert.AreEqual(epoch, epochs.Open(epoch, () =>
            {
                if (epoch == 0)
                    AugmentationScope.Current!.See();
                return AugmentationScope.Current!.Epoch;
            }));

        Assert.HasCount(1, warnings);
        Assert.IsNull(AugmentationScope.Current);
    }

    [TestMethod]
    public void Columns_are_checked_by_name_and_type()
    {
        var mlContext = new MLContext(seed: 3);
        var data = Data(mlContext);
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => mlContext.Transforms.RandomHorizontalFlip("Image", "Photo").Fit(data)).Message,
            "Photo");
        StringAssert.Contains(Assert.Throws<ArgumentOutOfRangeException>(() => mlContext.Transforms.RandomHorizontalFlip("Image", "Label").Fit(data)).Message,
            "Label");
        Assert.Throws<ArgumentException>(() => mlContext.Transforms.RandomCrop("Image", width: 5));
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => mlContext.Transforms.AugmentImages("Image", null, new([], new Mixup()))).Message,
            "trainer");
    }

    [TestMethod]
    public void Components_are_computed_from_a_column()
    {
        var mlContext = new MLContext(seed: 3);

        var components = ColorComponents.Of(Data(mlContext), "Image");

        Assert.AreEqual(1, components.Directions.Take(3).Sum(d => d * d), 1e-9);
        Assert.IsGreaterThan(components.Deviations[1], components.Deviations[0]);
        Assert.Throws<ArgumentException>(() => ColorComponents.Of(Data(mlContext), "Label"));
        Assert.Throws<ArgumentException>(() => ColorComponents.Of(Data(mlContext), "Photo"));
    }

    private static IDataView Data(MLContext mlContext) =>
        mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount).Select(row => new Row { Label = $"row {row}", Image = Image(row) }).ToArray());

    private static MLImage Image(int row)
    {
        var pixels = new byte[5 * 7 * 4];
        new Random(row).NextBytes(pixels);
        for (var i = 3; i < pixels.Length; i += 4)
            pixels[i] = 255;
        pixels[5] = 120;
        return MLImage.CreateFromPixels(7, 5, MLPixelFormat.Bgra32, pixels);
    }

    private static List<byte[]> Images(IDataView data, string name)
    {
        var images = new List<byte[]>();
        using var cursor = data.GetRowCursor([data.Schema[name]]);
        var getter = cursor.GetGetter<MLImage>(data.Schema[name]);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            getter(ref image);
            images.Add(image.Pixels.ToArray());
        }
        return images;
    }

    private static bool[] Flips(List<byte[]> originals, List<byte[]> images) => [.. originals.Zip(images, (original, image) =>
    {
        if (original.AsSpan().SequenceEqual(image))
            return false;
        var mirrored = new PixelImage(7, 5, 4);
        original.CopyTo(mirrored.Pixels);
        Transforms.Augmentation.Pixels.Mirror.Horizontally(mirrored);
        CollectionAssert.AreEqual(mirrored.Pixels.ToArray(), image);
        return true;
    })];
}
