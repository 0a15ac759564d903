using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

[TestClass]
public class AugmentationRandomTests
{
    private const int Count = 20_000;

    /// <summary>Neighboring rows, epochs and seeds are what a run asks for: they must not resemble each other.</summary>
    [TestMethod]
    [DataRow("row")]
    [DataRow("epoch")]
    [DataRow("seed")]
    [DataRow("stream")]
    public void Neighbors_draw_independently(string what)
    {
        var first = Enumerable.Range(0, Count).Select(i => Generator(what, i).NextDouble()).ToArray();

        Draws.AssertUniform(first, 0, 1, 0.01, what);
        Draws.AssertEqualShares(first.Select(v => (int)(v * 32)), 32, $"{what}: values");
        Draws.AssertEqualShares(first.Zip(first.Skip(1), (a, b) => (int)(a * 6) * 6 + (int)(b * 6)), 36, $"{what}: pairs of neighbors");
    }

    [TestMethod]
    public void The_same_numbers_give_the_same_draws()
    {
        var (a, b) = (new AugmentationRandom(5, 2, 77, 1), new AugmentationRandom(5, 2, 77, 1));
        for (var i = 0; i < 100; i++)
            Assert.AreEqual(a.NextBits(), b.NextBits());

        // A fixed value: another machine, another runtime, and next year's build repeat a run.
        var random = new AugmentationRandom(1, 2, 3);
        Assert.AreEqual(0xEF881EC0240F6D40UL, random.NextBits());
    }

    [TestMethod]
    public void Whole_numbers_include_both_ends()
    {
        var random = new AugmentationRandom(Draws.Seed, 0, 0);
        Draws.AssertEqualShares(Enumerable.Range(0, Count).Select(_ => random.NextInteger(-3, 7) + 3).ToArray(), 11, "whole numbers");
    }

    [TestMethod]
    public void Gaussians_have_mean_0_and_deviation_1()
    {
        var random = new AugmentationRandom(Draws.Seed, 0, 0);
        var values = Enumerable.Range(0, Count).Select(_ => random.NextGaussian()).ToArray();

        Assert.AreEqual(0, values.Average(), 4 / Math.Sqrt(Count));
        Assert.AreEqual(1, values.Average(v => v * v), 4 * Math.Sqrt(2.0 / Count));
        Draws.AssertFrequency(0.3173, values.Count(v => Math.Abs(v) > 1), Count, "beyond one deviation");
        Draws.AssertFrequency(0.0455, values.Count(v => Math.Abs(v) > 2), Count, "beyond two deviations");
    }

    [TestMethod]
    [DataRow(0.2)]
    [DataRow(1.0)]
    [DataRow(4.0)]
    public void The_Beta_distribution_has_its_mean_and_variance(double alpha)
    {
        var random = new AugmentationRandom(Draws.Seed, 0, 0);
        var values = Enumerable.Range(0, Count).Select(_ => random.NextBeta(alpha, alpha)).ToArray();
        var variance = 1 / (4 * (2 * alpha + 1));

        Assert.IsTrue(values.All(v => v is >= 0 and <= 1));
        Assert.AreEqual(0.5, values.Average(), 4 * Math.Sqrt(variance / Count));
        Assert.AreEqual(variance, values.Average(v => (v - 0.5) * (v - 0.5)), variance * 0.05);
    }

    [TestMethod]
    public void Every_permutation_comes_equally_often()
    {
        var random = new AugmentationRandom(Draws.Seed, 0, 0);
        Draws.AssertEqualShares(Enumerable.Range(0, Count).Select(_ => random.NextPermutation(4)).Select(p => ((p[0] * 4 + p[1]) * 4 + p[2]) switch
        {
            var code => Array.IndexOf(s_permutations, code),
        }).ToArray(), 24, "permutations");
    }

    private static readonly int[] s_permutations = [.. from a in Enumerable.Range(0, 4)
                                                       from b in Enumerable.Range(0, 4)
                                                       from c in Enumerable.Range(0, 4)
                                                       where a != b && a != c && b != c
                                                       select (a * 4 + b) * 4 + c];

    private static AugmentationRandom Generator(string what, int i) => what switch
    {
        "row" => new(Draws.Seed, 0, (ulong)i),
        "epoch" => new(Draws.Seed, i, 7),
        "seed" => new(i, 0, 7),
        _ => new(Draws.Seed, 0, 7, (ulong)i),
    };
}
