using Ml.Cnn.Experiments.Settings;

namespace Ml.Cnn.Experiments.Tests.Settings;

/// <summary>Protects small sets: behind one epoch of them, some sixty steps, no network has learned anything that could be compared.</summary>
[TestClass]
public sealed class RungDefaultsTests
{
    private static readonly ExperimentBudget s_time = ExperimentBudget.Time(TimeSpan.FromMinutes(20));

    [TestMethod]
    [DataRow(2_000, 4, 52)]
    [DataRow(2_100, 4, 52)]
    [DataRow(8_000, 1, 40)]
    [DataRow(50_000, 1, 40)]
    [DataRow(244, 30, 390)]
    public void A_first_rung_shows_eight_thousand_images_and_three_rungs_follow(int images, int first, int last)
    {
        Assert.AreEqual(first, RungDefaults.FirstEpochs(images, s_time, trainings: 10, factor: 3, maximumEpochs: null));
        Assert.AreEqual(last, RungDefaults.MaximumEpochs(first, factor: 3));
    }

    [TestMethod]
    public void A_third_of_a_budget_in_images_brings_every_network_to_the_first_rung()
    {
        Assert.AreEqual(2, First(images: 120_000, trainings: 10));
        Assert.AreEqual(1, First(images: 60_000, trainings: 10));
        Assert.AreEqual(1, First(images: 1_000, trainings: 10), "never none");
        Assert.AreEqual(1, First(images: 120_000, trainings: 20), "two folds are two trainings");

        static int First(long images, int trainings) =>
            RungDefaults.FirstEpochs(2_000, ExperimentBudget.Images(images), trainings, factor: 3, maximumEpochs: null);
    }

    [TestMethod]
    public void The_users_last_epoch_leaves_three_rungs()
    {
        Assert.AreEqual(3, RungDefaults.FirstEpochs(2_000, s_time, trainings: 10, factor: 3, maximumEpochs: 40));
        Assert.AreEqual(1, RungDefaults.FirstEpochs(2_000, s_time, trainings: 10, factor: 3, maximumEpochs: 4));
    }
}
