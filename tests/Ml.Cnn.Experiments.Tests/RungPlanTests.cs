using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests;

/// <summary>Protects that rungs end where cycles of the learning rate end.</summary>
[TestClass]
public sealed class RungPlanTests
{
    [TestMethod]
    public void RungsEndWithTheCyclesOfTheSchedule()
    {
        CollectionAssert.AreEqual(new[] { 1, 4, 13, 40 }, new RungPlan(firstEpochs: 1, factor: 3, maximumEpochs: 40).Ends.ToArray());
        CollectionAssert.AreEqual(new[] { 2, 6, 14 }, new RungPlan(firstEpochs: 2, factor: 2, maximumEpochs: 29).Ends.ToArray());
        CollectionAssert.AreEqual(new[] { 5 }, new RungPlan(firstEpochs: 5, factor: 3, maximumEpochs: 3).Ends.ToArray());
    }
}
