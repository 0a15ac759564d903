using Ml.Cnn.DataQuality.Labels;
using Ml.Cnn.Trainers.Probabilities;

namespace Ml.Cnn.DataQuality.Tests.Labels;

/// <summary>Protects confident learning as the paper defines it (Northcutt, Jiang, Chuang 2021), on examples that were worked out by hand.</summary>
[TestClass]
public class ConfidentLearningTests
{
    // Thresholds: (0.9 + 0.8 + 0.1 + 0.7) / 4 = 0.625, (0.9 + 0.7 + 0.8 + 0.2) / 4 = 0.65, (1 + 0.8 + 0.35 + 0.25) / 4 = 0.6.
    private static readonly (int Label, float[] Probabilities)[] s_images =
    [
        (0, [0.9f, 0.1f, 0]), (0, [0.8f, 0.2f, 0]), (0, [0.1f, 0.9f, 0]), (0, [0.7f, 0.3f, 0]),
        (1, [0.1f, 0.9f, 0]), (1, [0.3f, 0.7f, 0]), (1, [0.2f, 0.8f, 0]), (1, [0, 0.2f, 0.8f]),
        (2, [0, 0, 1]), (2, [0, 0.2f, 0.8f]), (2, [0.65f, 0, 0.35f]), (2, [0.45f, 0.3f, 0.25f]),
    ];

    [TestMethod]
    public void The_joint_counts_by_thresholds_and_is_scaled_to_the_labels()
    {
        var joint = ConfidentJoint.Of(Scores(s_images));
        foreach (var (expected, actual) in new[] { 0.625, 0.65, 0.6 }.Zip(joint.Thresholds))
            Assert.AreEqual(expected, actual, 1e-6);
        // The last image reaches no threshold, and so does not count; its label's row is then scaled from three images to four: 1.33 and 2.67.
        AssertMatrix([[3, 1, 0], [0, 3, 1], [1, 0, 2]], joint.Counts);
        AssertMatrix([[3, 1, 0], [0, 3, 1], [1, 0, 3]], joint.Calibrated);
    }

    [TestMethod]
    [DataRow(LabelErrorFilter.NoiseRate, "2→1 7→2 10→0")]
    [DataRow(LabelErrorFilter.Class, "2→1 7→2 11→0")]
    [DataRow(LabelErrorFilter.Both, "2→1 7→2")]
    [DataRow(LabelErrorFilter.Confident, "2→1 7→2 10→0")]
    public void Filters_choose_as_many_as_the_joint_counts_and_rank_by_margin(LabelErrorFilter filter, string expected)
    {
        var scores = Scores(s_images);
        var errors = LabelErrorSearch.Find(scores, ConfidentJoint.Of(scores), filter);
        Assert.AreEqual(expected, string.Join(" ", errors.Select(error => $"{error.Row}→{error.Proposed}")));
        Assert.AreEqual(-0.8, errors[0].Margin, 1e-6);
        Assert.AreEqual(-0.6, errors[1].Margin, 1e-6);
    }

    /// <summary>Where several classes reach their thresholds the most probable of them counts, and not the label.</summary>
    [TestMethod]
    public void Of_several_confident_classes_the_most_probable_counts()
    {
        var joint = ConfidentJoint.Of(Scores([(0, [0.45f, 0.55f]), (0, [0.53f, 0.47f]), (1, [0.48f, 0.52f]), (1, [0.6f, 0.4f])]));
        AssertMatrix([[1, 1], [1, 1]], joint.Counts); // thresholds 0.49 and 0.46
    }

    /// <summary>A class without images has no threshold, and one of which nothing is confident keeps its labels.</summary>
    [TestMethod]
    public void Classes_without_confident_images_are_left_alone()
    {
        var scores = Scores([(0, [0.6f, 0.4f, 0]), (0, [0.7f, 0.3f, 0]), (2, [0.1f, 0.1f, 0.8f])]);
        var joint = ConfidentJoint.Of(scores);
        Assert.IsTrue(double.IsNaN(joint.Thresholds[1]));
        AssertMatrix([[2, 0, 0], [0, 0, 0], [0, 0, 1]], joint.Calibrated);
        foreach (var filter in Enum.GetValues<LabelErrorFilter>())
            Assert.IsEmpty(LabelErrorSearch.Find(scores, joint, filter));
    }

    private static LabeledScores Scores((int Label, float[] Probabilities)[] images)
    {
        var scores = new LabeledScores(images[0].Probabilities.Length);
        foreach (var (label, probabilities) in images)
            scores.Add(probabilities, label);
        return scores;
    }

    private static void AssertMatrix(int[][] expected, int[,] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            for (var j = 0; j < expected.Length; j++)
                Assert.AreEqual(expected[i][j], actual[i, j], $"[{i}, {j}]");
    }
}
