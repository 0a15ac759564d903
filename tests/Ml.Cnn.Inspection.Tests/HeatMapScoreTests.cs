using Ml.Cnn.OnnxConverter.Tests;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Insertion and deletion tell maps that point at what matters from maps that do not.</summary>
[TestClass]
public sealed class HeatMapScoreTests
{
    private const int Side = 32;

    [TestMethod]
    public void A_right_map_scores_better_than_drawn_ones()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var map = model.HeatMap(PlantedImage.Red(Side, Side, 18, 6, 8), new() { Method = CnnHeatMapMethod.HiResCam, ClassName = "class0" });
        var right = model.ScoreHeatMap(map);
        for (var seed = 0; seed < 5; seed++)
        {
            var drawn = model.ScoreHeatMap(map.Randomized(seed));
            Assert.IsGreaterThan(drawn.Insertion, right.Insertion, $"seed {seed}: {right}, {drawn}");
            Assert.IsLessThan(drawn.Deletion, right.Deletion, $"seed {seed}: {right}, {drawn}");
        }
    }

    /// <summary>Protects the ends of the curves, which no map has a say in: the image as it is, and nothing of it.</summary>
    [TestMethod]
    public void The_curves_lead_from_nothing_to_the_image_and_back()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), Side, Side);
        var map = model.HeatMap(PlantedImage.Red(Side, Side, 18, 6, 8), new() { ClassName = "class0" });
        var score = model.ScoreHeatMap(map, steps: 8);
        Assert.HasCount(9, score.InsertionCurve);
        Assert.HasCount(9, score.DeletionCurve);
        Assert.AreEqual(map.Score, score.InsertionCurve[^1], 1e-5f);
        Assert.AreEqual(map.Score, score.DeletionCurve[0], 1e-5f);
        Assert.AreEqual(0.5f, score.DeletionCurve[^1], 1e-5f); // of the mean color, both logits are 0
        // The square is a sixteenth of the image: after the first eighth nothing red is left.
        Assert.AreEqual(0.5f, score.DeletionCurve[1], 0.02f);
        var area = (score.DeletionCurve.Sum() - (score.DeletionCurve[0] + score.DeletionCurve[^1]) / 2) / 8;
        Assert.AreEqual(area, score.Deletion, 1e-6);
    }
}
