using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

[TestClass]
public class BatchAugmentationTests
{
    private const int Count = 4000;

    [TestMethod]
    public void Mixup_draws_from_its_Beta_distribution()
    {
        var mixes = Mixes(new Mixup(0.4), 8);
        var lambdas = mixes.Select(m => (double)m.Lambda).ToArray();

        Assert.IsTrue(mixes.All(m => m.Box is null));
        Assert.AreEqual(0.5, lambdas.Average(), 0.03);
        Assert.AreEqual(1 / (4 * 1.8), lambdas.Average(l => (l - 0.5) * (l - 0.5)), 0.01);
        Draws.AssertEqualShares(mixes.Select(m => m.Permutation[0]), 8, "partners of the first image");
        Assert.IsTrue(mixes.All(m => m.Permutation.Order().SequenceEqual(Enumerable.Range(0, 8))));
    }

    [TestMethod]
    public void CutMix_labels_follow_the_area_of_the_box()
    {
        var mixes = Mixes(new CutMix(), 4);

        foreach (var mix in mixes)
        {
            if (mix.Box is not { } box)
            {
                Assert.AreEqual(1, mix.Lambda);
                continue;
            }
            Assert.IsTrue(box.IsInside(60, 40));
            Assert.AreEqual(1 - box.Width * box.Height / 2400.0, mix.Lambda, 1e-6);
        }
        // λ is uniform before boxes are cut off at the edges, which takes from the large ones.
        Assert.IsLessThan(0.2, mixes.Min(m => m.Lambda));
        Assert.IsGreaterThan(0.98, mixes.Max(m => m.Lambda));
        var middles = mixes.Where(m => m.Box is { Width: < 10 }).Select(m => m.Box!.Value).ToArray();
        Assert.AreEqual(30, middles.Average(b => b.X + b.Width / 2.0), 3);
        Assert.AreEqual(20, middles.Average(b => b.Y + b.Height / 2.0), 2);
    }

    /// <summary>Protects that both kinds come, equally often and each with its own distribution.</summary>
    [TestMethod]
    public void Half_of_the_batches_are_blended_and_half_get_a_box()
    {
        var mixes = Mixes(new MixupOrCutMix(0.4, 1), 4);
        var blended = mixes.Where(m => m.Box is null && m.Lambda < 1).Select(m => (double)m.Lambda).ToArray();

        Assert.AreEqual(0.5, (double)blended.Length / Count, 0.03);
        Assert.AreEqual(1 / (4 * 1.8), blended.Average(l => (l - 0.5) * (l - 0.5)), 0.015);
        foreach (var mix in mixes)
            if (mix.Box is { } box)
                Assert.AreEqual(1 - box.Width * box.Height / 2400.0, mix.Lambda, 1e-6);
    }

    [TestMethod]
    public void A_batch_is_mixed_the_same_way_again_and_otherwise_in_the_next_epoch()
    {
        foreach (var step in new BatchAugmentation[] { new Mixup(), new CutMix(), new MixupOrCutMix() })
        {
            Assert.AreEqual(Draw(step, 0).Lambda, Draw(step, 0).Lambda);
            Assert.AreNotEqual(Draw(step, 0).Lambda, Draw(step, 1).Lambda);
        }

        static BatchMix Draw(BatchAugmentation step, int epoch)
        {
            var random = new AugmentationRandom(Draws.Seed, epoch, 3);
            return step.Draw(16, 32, 32, ref random);
        }
    }

    private static BatchMix[] Mixes(BatchAugmentation step, int count) => [.. Enumerable.Range(0, Count).Select(batch =>
    {
        var random = new AugmentationRandom(Draws.Seed, 0, (ulong)batch);
        return step.Draw(count, 40, 60, ref random);
    })];
}
