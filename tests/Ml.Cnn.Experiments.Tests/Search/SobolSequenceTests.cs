using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>Protects that the sequence is Sobol's, as others compute it, and that scrambling leaves it as even as it was.</summary>
[TestClass]
public sealed class SobolSequenceTests
{
@@TORCH@@
    [TestMethod]
    [DataRow(1)]
    [DataRow(-5)]
    public void OfScrambledPointsEachIntervalHasOne(int seed)
    {
        var sobol = new SobolSequence(SobolDirections.Dimensions, seed);
        double[][] points = [.. Enumerable.Range(0, 256).Select(sobol.Point)];
        for (var d = 0; d < SobolDirections.Dimensions; d++)
            Assert.AreEqual(256, points.Select(p => (int)(256 * p[d])).Distinct().Count(), $"dimension {d}");
        // The first two dimensions are a (0, 2)-sequence: every box of that volume has one point, whatever its shape.
        for (var across = 1; across <= 256; across *= 2)
            Assert.AreEqual(256, points.Select(p => ((int)(across * p[0]), (int)(256 / across * p[1]))).Distinct().Count(), $"{across} boxes across");
    }

    [TestMethod]
    public void ScramblingDependsOnTheSeedAlone()
    {
        var (one, same, other) = (new SobolSequence(6, 1), new SobolSequence(6, 1), new SobolSequence(6, 2));
        for (var number = 0; number < 20; number++)
        {
            CollectionAssert.AreEqual(one.Point(number), same.Point(number));
            for (var d = 0; d < 6; d++)
                Assert.AreNotEqual(one.Point(number)[d], other.Point(number)[d]);
        }
    }
}
