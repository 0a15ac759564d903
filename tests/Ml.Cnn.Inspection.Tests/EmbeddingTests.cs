using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Inspection.Embedding;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Images are put into the plane by their features, and drawn there.</summary>
[TestClass]
public sealed class EmbeddingTests
{
    private const int Side = 32;

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the chain from image to point, on photos: points are the components of the library's features, rows count the damaged.</summary>
    [TestMethod]
    public void Photos_lie_where_their_features_say()
    {
        Row[] photos = [.. Photos.AntsAndBees(12).Select(photo => new Row { Image = photo.Bytes, Label = photo.Label })];
        Row[] withDamaged = [.. photos[..5], new Row { Image = [1, 2, 3], Label = "ants" }, .. photos[5..]];
        using var model = DrawnModel.Of("resnet18", size: 64);
        var embedding = model.Embed(s_mlContext.Data.LoadFromEnumerable(withDamaged));
        CollectionAssert.AreEqual(Enumerable.Range(0, withDamaged.Length).Where(row => row != 5).ToArray(),
            embedding.Images.Select(image => image.Row).ToArray());
        CollectionAssert.AreEqual(photos.Select(photo => photo.Label).ToArray(), embedding.Images.Select(image => image.Label).ToArray());
        CollectionAssert.AreEqual((string[])["ants", "bees"], embedding.Labels.ToArray());

        var features = Features(model, photos);
        Assert.AreEqual(512, embedding.Length);
        var expected = PrincipalComponents.Of(new([.. features.SelectMany(values => values)], 512));
        for (var i = 0; i < photos.Length; i++)
        {
            Assert.AreEqual(expected.X[i], embedding.Images[i].X, 1e-4);
            Assert.AreEqual(expected.Y[i], embedding.Images[i].Y, 1e-4);
        }
        Assert.AreEqual(expected.FirstShare, embedding.FirstShare, 1e-6);
        Assert.IsTrue(embedding.FirstShare > embedding.SecondShare && embedding.SecondShare > 0, $"{embedding}");

        var neighbors = embedding.Neighbors(3, 5);
        int[] nearest = [.. Enumerable.Range(0, photos.Length).Where(i => i != 3).OrderByDescending(i => Cosine(features[3], features[i])).Take(5)];
        CollectionAssert.AreEqual(nearest.Select(i => i < 5 ? i : i + 1).ToArray(), neighbors.Select(neighbor => neighbor.Image.Row).ToArray());
        Assert.AreEqual(Cosine(features[3], features[nearest[0]]), neighbors[0].Similarity, 1e-5);
        Assert.HasCount(photos.Length - 1, embedding.Neighbors(0, 1000));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => embedding.Neighbors(photos.Length, 1));
    }

    /// <summary>Protects the choice of a layer, whose maps are averaged: of three channels that a 1 × 1 convolution makes, by hand.</summary>
    [TestMethod]
    public void Another_layer_gives_the_means_of_its_channels()
    {
        byte[] reds = [130, 250, 190];
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var data = s_mlContext.Data.LoadFromEnumerable(reds.Select(red => new Row { Image = PlantedImage.Square(Side, Side, 0, 0, Side, red) }));
        var embedding = model.Embed(data, new() { Layer = "conv", LabelColumnName = null });
        Assert.AreEqual("conv", embedding.Layer);
        Assert.AreEqual(3, embedding.Length);
        Assert.IsEmpty(embedding.Labels);
        // Red alone differs, of which the channels take 1, 0 and a quarter: points on a line, as far apart as red is after its normalization.
        var unit = Math.Sqrt(1 + 0.25 * 0.25) / 255 / model.Preprocessing.Normalization.Deviation[0];
        for (var i = 0; i < reds.Length; i++)
        {
            Assert.AreEqual((reds[i] - 190) * unit, embedding.Images[i].X, 1e-4);
            Assert.AreEqual(0, embedding.Images[i].Y, 1e-4);
        }
        Assert.AreEqual(1, embedding.FirstShare, 1e-5);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Embed(data, new() { Layer = "conf" })).Message, "conv");
    }

    /// <summary>Protects labels of every kind of column, and that one that is missing is said where it was asked for.</summary>
    [TestMethod]
    public void Labels_come_from_the_column_that_is_named()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        Row[] rows = [.. ((string[])["b", "a", "", "b"]).Select((label, i) => new Row { Image = PlantedImage.Noise(Side, Side, seed: i), Label = label })];
        var text = s_mlContext.Data.LoadFromEnumerable(rows);
        CollectionAssert.AreEqual((string?[])["b", "a", null, "b"], Embed(text, "Label").Images.Select(image => image.Label).ToArray());
        CollectionAssert.AreEqual((string[])["a", "b"], Embed(text, "Label").Labels.ToArray());
        var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Class", "Label").Fit(text).Transform(text);
        CollectionAssert.AreEqual((string[])["b", "a"], Embed(keyed, "Class").Labels.ToArray(), "in the key's own order");
        var unlabeled = s_mlContext.Transforms.DropColumns("Label").Fit(text).Transform(text);
        Assert.IsTrue(Embed(unlabeled, "Label").Images.All(image => image.Label is null));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Embed(text, "Kind")).Message, "Kind");

        CnnEmbedding Embed(IDataView data, string label) => model.Embed(data, new() { Layer = "pool", LabelColumnName = label });
    }

    /// <summary>Protects the ends: images that are all the same and a single one lie at 0 and are drawn, and data without an image is refused.</summary>
    [TestMethod]
    public void One_image_and_equal_images_lie_at_0()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var image = PlantedImage.Noise(Side, Side, seed: 3);
        foreach (var count in (int[])[1, 3])
        {
            var embedding = model.Embed(s_mlContext.Data.LoadFromEnumerable(Enumerable.Repeat(new Row { Image = image }, count)), new() { Layer = "pool" });
            Assert.IsTrue(embedding.Images.All(point => (point.X, point.Y) == (0, 0)), string.Join(", ", embedding.Images));
            Assert.AreEqual((0, 0), (embedding.FirstShare, embedding.SecondShare));
            Assert.AreEqual(900, ImageDecoder.Decode(embedding.ToPng()).Width);
            Assert.AreEqual(28 * 42 - 2 + 24, ImageDecoder.Decode(embedding.ToImageMapPng()).Width);
        }
        var damaged = s_mlContext.Data.LoadFromEnumerable([new Row { Image = [1, 2, 3] }]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Embed(damaged, new() { Layer = "pool" })).Message,
            "no image that can be read");
    }

    /// <summary>Protects the picture of points: its size, a color for each label, and gray for what has none.</summary>
    [TestMethod]
    public void Points_have_the_colors_of_their_labels()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var rows = Enumerable.Range(0, 30).Select(i => new Row { Image = PlantedImage.Noise(Side, Side, seed: i), Label = i % 3 == 0 ? "" : $"{i % 3}" });
        var picture = ImageDecoder.Decode(model.Embed(s_mlContext.Data.LoadFromEnumerable(rows), new() { Layer = "pool" }).ToPng(640, 480),
            new() { Channels = 3 });
        Assert.AreEqual((640, 480), (picture.Width, picture.Height));
        foreach (var color in (byte[][])[[0x1f, 0x77, 0xb4], [0xff, 0x7f, 0x0e], [0xb0, 0xb0, 0xb0]])
            Assert.IsGreaterThan(50, Count(picture, color), Convert.ToHexString(color));
        Assert.AreEqual(0, Count(picture, [0x2c, 0xa0, 0x2c]), "the third color");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Embed(s_mlContext.Data.LoadFromEnumerable(rows), new() { Layer = "pool" }).ToPng(100));
    }

    /// <summary>Protects the picture of images: each cell shows the image nearest to its middle, large x at the right, large y at the top.</summary>
    [TestMethod]
    public void Images_lie_on_the_grid_where_their_points_lie()
    {
        CnnEmbeddedImage[] points =
        [
            new() { Row = 0, X = 0, Y = 0 }, new() { Row = 1, X = 10, Y = 10 }, new() { Row = 2, X = 5.5, Y = 0.5 }, new() { Row = 3, X = 5.4, Y = 0.2 },
        ];
        CollectionAssert.AreEquivalent(((int, int)[])[(90, 0), (9, 1), (95, 2)],
            ImageMap.Place(points, cells: 10).Select(place => (place.Cell, place.Image.Row)).ToArray());

        byte[] reds = [130, 250, 190];
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        Row[] rows = [new() { Image = [1, 2, 3] }, .. reds.Select(red => new Row { Image = PlantedImage.Square(Side, Side, 0, 0, Side, red) })];
        var embedding = model.Embed(s_mlContext.Data.LoadFromEnumerable(rows), new() { Layer = "conv" });
        var places = ImageMap.Place(embedding.Images, cells: 28).ToArray();
        Assert.HasCount(3, places);
        var picture = ImageDecoder.Decode(embedding.ToImageMapPng(), new() { Channels = 3 });
        Assert.AreEqual((28 * 42 - 2 + 24, 12 + 26 + 28 * 42 + 12), (picture.Width, picture.Height));
        foreach (var (cell, image) in places)
        {
            var (x, y) = (12 + cell % 28 * 42 + 20, 12 + 26 + cell / 28 * 42 + 20);
            CollectionAssert.AreEqual((byte[])[reds[image.Row - 1], 116, 104], picture.Pixels.Slice((y * picture.Width + x) * 3, 3).ToArray());
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => embedding.ToImageMapPng(cells: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => embedding.ToImageMapPng(cells: 200, cellSize: 200));
    }

    private static float[][] Features(Trainers.CnnTransformer model, IEnumerable<Row> rows)
    {
        var data = s_mlContext.Data.LoadFromEnumerable(rows);
        using var featurizer = s_mlContext.Transforms.CnnFeatures("Features", "Image", model).Fit(data);
        return [.. featurizer.Transform(data).GetColumn<float[]>("Features")];
    }

    private static float Cosine(float[] one, float[] other) =>
        (float)(Dot(one, other) / Math.Sqrt(Dot(one, one) * Dot(other, other)));

    private static double Dot(float[] one, float[] other) => one.Zip(other, (a, b) => (double)a * b).Sum();

    private static int Count(PixelImage picture, byte[] color)
    {
        var count = 0;
        for (var i = 0; i < picture.Pixels.Length; i += 3)
            count += picture.Pixels.Slice(i, 3).SequenceEqual(color) ? 1 : 0;
        return count;
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
