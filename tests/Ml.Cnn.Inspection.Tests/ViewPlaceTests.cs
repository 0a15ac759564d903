using Ml.Cnn.Inspection.Attribution;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Maps of several views lie in the image where the views do.</summary>
[TestClass]
public sealed class ViewPlaceTests
{
    private static readonly ImagePreprocessing s_preprocessing = new() { Height = 40, Width = 40, ResizeShortSide = 60 };

    /// <summary>Protects offsets, mirroring and scales: a map that says of each of its pixels where it is from must give each place itself.</summary>
    [TestMethod]
    [DataRow("flip")]
    [DataRow("ten")]
    [DataRow("grid3+flip")]
    [DataRow("scales")]
    public void Every_place_of_the_image_comes_back_to_itself(string testTime)
    {
        const int Width = 96, Height = 72;
        var places = (s_preprocessing with { TestTime = TestTimeAugmentation.Parse(testTime) }).Views()
            .Select(view => ViewPlace.Of(view, Width, Height)).ToArray();
        foreach (var isAcross in new[] { true, false })
        {
            var canvas = new MapCanvas(places[0]);
            foreach (var place in places)
                canvas.Add(place, Coordinates(place, isAcross));
            var (mean, part) = canvas.Mean();
            for (var y = 0; y < mean.GetLength(0); y++)
            {
                for (var x = 0; x < mean.GetLength(1); x++)
                {
                    if (float.IsNaN(mean[y, x]))
                        continue;
                    var expected = isAcross ? part.X + part.Width * (x + 0.5) / mean.GetLength(1) : part.Y + part.Height * (y + 0.5) / mean.GetLength(0);
                    // At a view's edge, half a pixel of the coarsest view.
                    Assert.AreEqual(expected, mean[y, x], 0.5 / 40, $"{testTime}: {y}, {x}");
                }
            }
        }
    }

    /// <summary>Protects the whole way: decoding by scoring's own views, and back.</summary>
    [TestMethod]
    [DataRow("none", 76)]
    [DataRow("flip", 76)]
    [DataRow("ten", 150)]
    [DataRow("grid3", 12)]
    public void A_square_is_found_through_test_time_views(string testTime, int left)
    {
        const int Width = 180, Height = 90, Top = 40, Square = 16;
        using var single = DrawnModel.Of(RedNetwork.Make(), 40, 40);
        using var model = single.WithTestTimeAugmentation(TestTimeAugmentation.Parse(testTime), resizeShortSide: 60);
        var map = model.HeatMap(PlantedImage.Red(Width, Height, left, Top, Square), new() { Method = CnnHeatMapMethod.HiResCam, ClassName = "class0" });
        var (sum, x, y) = (0.0, 0.0, 0.0);
        for (var row = 0; row < map.Height; row++)
        {
            for (var column = 0; column < map.Width; column++)
            {
                if (map[row, column] is not > 0.5f)
                    continue;
                sum++;
                x += map.Place.X + map.Place.Width * (column + 0.5) / map.Width;
                y += map.Place.Y + map.Place.Height * (row + 0.5) / map.Height;
            }
        }
        Assert.AreEqual(left + Square / 2.0, x / sum, 2);
        Assert.AreEqual(Top + Square / 2.0, y / sum, 2);
    }

    [TestMethod]
    public void What_no_view_shows_has_no_value()
    {
        using var single = DrawnModel.Of(RedNetwork.Make(), 40, 40);
        using var model = single.WithTestTimeAugmentation(TestTimeAugmentation.FiveCrops, resizeShortSide: 120);
        var image = PlantedImage.Red(120, 120, 50, 50, 20);
        var map = model.HeatMap(image, new() { ClassName = "class0" });
        Assert.AreEqual((120, 120), (map.Height, map.Width));
        Assert.IsTrue(float.IsNaN(map[10, 60]), "between the two upper corners");
        Assert.IsFalse(float.IsNaN(map[60, 60]), "the middle");
        Assert.AreEqual(5 * 40 * 40, map.Values.Count(value => !float.IsNaN(value)));
        var middle = model.HeatMap(image, new() { ClassName = "class0", AllViews = false });
        Assert.AreEqual((40, 40), (middle.Height, middle.Width));
        Assert.AreEqual(new(40, 40, 40, 40), middle.Place);
    }

    private static float[] Coordinates(ViewPlace place, bool isAcross)
    {
        var map = new float[place.Width * place.Height];
        for (var y = 0; y < place.Height; y++)
        {
            for (var x = 0; x < place.Width; x++)
            {
                var column = place.IsMirrored ? place.Width - 0.5f - x : x + 0.5f;
                map[y * place.Width + x] = isAcross ? (place.Left + column) / place.ResizedWidth : (place.Top + y + 0.5f) / place.ResizedHeight;
            }
        }
        return map;
    }
}
