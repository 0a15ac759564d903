using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>Protects that the sequence is Sobol's, as others compute it, and that scrambling leaves it as even as it was.</summary>
[TestClass]
public sealed class SobolSequenceTests
{
    // PyTorch 1.13: [round(x, 9) for x in torch.quasirandom.SobolEngine(21).draw(1025, dtype=torch.float64)[number].tolist()]
    private static readonly (int Number, double[] Point)[] s_torch =
    [
        (1,
        [
            0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5
        ]),
        (2,
        [
            0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.25
        ]),
        (7,
        [
            0.125, 0.625, 0.375, 0.125, 0.125, 0.375, 0.625, 0.625, 0.625, 0.875, 0.625, 0.125, 0.625, 0.375, 0.125, 0.125, 0.125, 0.125, 0.625, 0.875,
            0.875
        ]),
        (100,
        [
            0.4140625, 0.2578125, 0.7734375, 0.7265625, 0.8828125, 0.7421875, 0.0234375, 0.4765625, 0.6328125, 0.6953125, 0.4609375, 0.6796875,
            0.4765625, 0.8515625, 0.3203125, 0.4921875, 0.6796875, 0.7421875, 0.8359375, 0.3359375, 0.7578125
        ]),
        (1024,
        [
            0.001464844, 0.376464844, 0.447753906, 0.486816406, 0.557128906, 0.844238281, 0.241699219, 0.587402344, 0.696777344, 0.671386719,
            0.821777344, 0.921386719, 0.706542969, 0.338378906, 0.132324219, 0.856933594, 0.854980469, 0.197753906, 0.538574219, 0.346191406,
            0.524902344
        ]),
    ];

    [TestMethod]
    public void PointsAreThoseOfPyTorch()
    {
        var sobol = new SobolSequence(SobolDirections.Dimensions, seed: null);
        Assert.AreEqual(21, SobolDirections.Dimensions);
        CollectionAssert.AreEqual(new double[21], sobol.Point(0));
        foreach (var (number, point) in s_torch)
        {
            for (var d = 0; d < point.Length; d++)
                Assert.AreEqual(point[d], sobol.Point(number)[d], 1e-9, $"point {number}, dimension {d}");
        }
    }

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
