using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Tests.Search;

/// <summary>Protects that the estimator is a density, that what it draws has it, and that proposals lie where good points do and bad ones do not.</summary>
[TestClass]
public sealed class ParzenEstimatorTests
{
    private static readonly SearchSpace s_space = new([SearchDimension.Category("network", 3), SearchDimension.Scale("rate"),
        SearchDimension.Ordered("batch", 4), SearchDimension.Category("only", 1)]);

    private static readonly double[][] s_points =
        [.. ((double[][])[[0.1, 0.02, 0.1, 0.5], [0.1, 0.1, 0.3, 0.5], [0.9, 0.97, 0.9, 0.5], [0.5, 0.5, 0.1, 0.5]]).Select(s_space.Snap)];

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(4)]
    public void TheDensityAddsUpToOne(int points)
    {
        var estimator = new ParzenEstimator(s_space, s_points[..points]);
        const int Steps = 400; // along the scale; the choices are enumerated
        var sum = 0.0;
        for (var network = 0; network < 3; network++)
        {
            for (var batch = 0; batch < 4; batch++)
            {
                for (var step = 0; step < Steps; step++)
                    sum += Math.Exp(estimator.LogDensity([(network + 0.5) / 3, (step + 0.5) / Steps, (batch + 0.5) / 4, 0.5]));
            }
        }
        Assert.AreEqual(1, sum / (3 * 4 * Steps), 1e-4);
    }

    [TestMethod]
    public void WhatIsDrawnHasTheDensity()
    {
        var estimator = new ParzenEstimator(s_space, s_points);
        var random = new AugmentationRandom(seed: 7, epoch: 0, row: 0);
        const int Draws = 40_000;
        var counts = new Dictionary<(int, int, int), int>();
        for (var i = 0; i < Draws; i++)
        {
            var key = Cell(estimator.Draw(ref random));
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        // Cells of network, tenth of the scale and batch; the scale's density is integrated over each tenth.
        for (var network = 0; network < 3; network++)
        {
            for (var tenth = 0; tenth < 10; tenth++)
            {
                for (var batch = 0; batch < 4; batch++)
                {
                    var mass = Enumerable.Range(0, 50).Average(step => Math.Exp(estimator.LogDensity(
                        [(network + 0.5) / 3, (tenth + (step + 0.5) / 50) / 10, (batch + 0.5) / 4, 0.5]))) / 120;
                    var deviation = Math.Sqrt(Draws * mass * (1 - mass));
                    Assert.AreEqual(Draws * mass, counts.GetValueOrDefault((network, tenth, batch)), 5 * deviation + 1, $"network {network}, {tenth}, {batch}");
                }
            }
        }

        static (int, int, int) Cell(double[] point) =>
            (s_space.Dimensions[0].Choice(point[0]), (int)(10 * point[1]), s_space.Dimensions[2].Choice(point[2]));
    }

    [TestMethod]
    public void ProposalsLieAmongTheGoodAndAwayFromTheBad()
    {
        var space = new SearchSpace([SearchDimension.Scale("x"), SearchDimension.Category("network", 2)]);
        double[][] good = [[0.2, 0.25], [0.25, 0.25], [0.7, 0.25]];
        double[][] bad = [[0.7, 0.25], [0.72, 0.25], [0.68, 0.25], [0.2, 0.75], [0.8, 0.75], [0.5, 0.75]];
        var proposals = Enumerable.Range(0, 50).Select(i =>
        {
            var random = new AugmentationRandom(seed: 3, epoch: i, row: 0);
            return TreeParzenSampler.Propose(space, good, bad, ref random, _ => false)!;
        }).ToArray();
        Assert.IsGreaterThan(40, proposals.Count(p => p[0] < 0.45 && p[1] == 0.25));
        Assert.IsGreaterThan(20, proposals.Select(p => p[0]).Distinct().Count(), "Proposals with other draws must differ.");
    }

    [TestMethod]
    public void WhatIsTakenIsNotProposed()
    {
        var space = new SearchSpace([SearchDimension.Category("network", 3), SearchDimension.Ordered("batch", 2)]);
        double[][] all = [.. Enumerable.Range(0, 6).Select(i => space.Snap([(i % 3 + 0.5) / 3, (i / 3 + 0.5) / 2]))];
        var random = new AugmentationRandom(seed: 3, epoch: 0, row: 0);
        Assert.IsNull(TreeParzenSampler.Propose(space, all[..2], all[2..], ref random, _ => true));
        var proposal = TreeParzenSampler.Propose(space, all[..2], all[2..5], ref random, p => !space.AreSame(p, all[5]));
        Assert.IsTrue(proposal is null || space.AreSame(proposal, all[5]));
    }
}
