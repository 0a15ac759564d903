using Microsoft.ML;
using Ml.Cnn.OnnxConverter.Tests;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Heat maps of the rows of a data view.</summary>
[TestClass]
public sealed class HeatMapDataTests
{
    private const int Side = 32;

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects reports, which draw maps of some rows: each is that of its own image and class, and a damaged image costs its own map alone.</summary>
    [TestMethod]
    public void Each_row_has_the_map_of_its_own_image()
    {
        byte[][] images = [PlantedImage.Noise(Side, Side, 1), PlantedImage.Noise(40, Side, 2), [1, 2, 3], PlantedImage.Noise(Side, 50, 3)];
        var data = s_mlContext.Data.LoadFromEnumerable(images.Select(image => new Row { Image = image }));
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var maps = model.HeatMaps(data, new Dictionary<int, string?> { [3] = "class0", [1] = null, [2] = null }).ToArray();
        CollectionAssert.AreEqual((int[])[1, 3], maps.Select(one => one.Row).ToArray());
        foreach (var (row, map) in maps)
        {
            var alone = model.HeatMap(images[row], new() { ClassName = row == 3 ? "class0" : null });
            Assert.AreEqual(alone.ClassName, map.ClassName);
            CollectionAssert.AreEqual(alone.ToPng(), map.ToPng());
        }
    }

    /// <summary>Protects data without a column of images: the files that it names are read.</summary>
    [TestMethod]
    public void Without_a_column_of_images_the_files_are_read()
    {
        using var folder = new TemporaryFolder();
        var (path, image) = (Path.Join(folder.Path, "noise.png"), PlantedImage.Noise(Side, Side, 5));
        File.WriteAllBytes(path, image);
        var data = s_mlContext.Data.LoadFromEnumerable([new FileRow { ImagePath = path }]);
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        CollectionAssert.AreEqual(model.HeatMap(image).ToPng(), model.HeatMaps(data, new Dictionary<int, string?> { [0] = null }).Single().Map.ToPng());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.HeatMaps(data, new Dictionary<int, string?>(), imagePathColumnName: "File"));
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = "";
    }
}
