using System.Globalization;
using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.Evaluation.Tests.Pages;

/// <summary>Protects that an axis shows all of its values, with a handful of round ticks in order, whatever the values are.</summary>
[TestClass]
public sealed class ChartAxisTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void EveryValueHasItsPlaceBetweenAFewTicks(bool isLogarithmic)
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var (middle, width) = (Math.Pow(10, -4 + 12 * random.NextDouble()), Math.Pow(10, -3 + 5 * random.NextDouble()));
            double[] values = [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => middle * Math.Pow(width, random.NextDouble()))];
            var axis = new ChartAxis("", values, isLogarithmic, Written);
            var ticks = axis.Ticks();
            var message = $"seed 1, axis {i}: {string.Join(", ", values)} with {string.Join(", ", ticks)}";
            Assert.IsTrue(ticks.Count is >= 2 and <= 8, message);
            Assert.IsTrue(ticks.Zip(ticks.Skip(1)).All(pair => pair.First < pair.Second), message);
            Assert.IsTrue(values.Concat(ticks).All(value => axis.Place(value) is >= -1e-6 and <= 1 + 1e-6), message);
        }
    }

    [TestMethod]
    public void SharesEndWhereSharesEnd()
    {
        var axis = new ChartAxis("", [0.001, 0.999], isLogarithmic: false, Written, least: 0, most: 1);
        Assert.AreEqual(0, axis.Place(0), 1e-12);
        Assert.AreEqual(1, axis.Place(1), 1e-12);
    }

    private static string Written(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
