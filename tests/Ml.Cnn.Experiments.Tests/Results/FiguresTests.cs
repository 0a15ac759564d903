using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Protects that numbers of any size stay short and keep their meaning.</summary>
[TestClass]
public sealed class FiguresTests
{
    [TestMethod]
    [DataRow(0.0, "0")]
    [DataRow(0.05, "0.05")]
    [DataRow(0.031622776, "0.0316")]
    [DataRow(0.00012345, "0.000123")]
    [DataRow(0.000012345, "1.23e-5")]
    [DataRow(1234.5, "1230")]
    [DataRow(12345678.0, "1.23e7")]
    public void SettingsHaveThreeDigitsThatCount(double value, string expected) => Assert.AreEqual(expected, Figures.Setting(value));

    [TestMethod]
    [DataRow(999.0, "999")]
    [DataRow(9999.0, "9,999")]
    [DataRow(11_700_000.0, "11.7 M")]
    [DataRow(2.5e12, "2.5 T")]
    public void CountsHaveTheirUnit(double value, string expected) => Assert.AreEqual(expected, Figures.Count(value));

    [TestMethod]
    public void WhatIsNotKnownIsADash()
    {
        Assert.AreEqual("–", Figures.Value(CnnExperimentMetric.LogLoss, double.NaN));
        Assert.AreEqual("–", Figures.Milliseconds(null));
        Assert.AreEqual("–", Figures.Interval(CnnExperimentMetric.Accuracy, null));
    }

    [TestMethod]
    public void DurationsAreInTheUnitThatFits()
    {
        Assert.AreEqual("9.5 s", Figures.Duration(9.5));
        Assert.AreEqual("119 s", Figures.Duration(119));
        Assert.AreEqual("12.5 min", Figures.Duration(750));
        Assert.AreEqual("3.0 h", Figures.Duration(10_800));
    }
}
