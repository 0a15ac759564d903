using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>The flip that shows an image and its mirror image in turns (Jordan 2024, section 3.6).</summary>
[TestClass]
public sealed class AlternatingFlipTests
{
    private const int Images = 2000;

    /// <summary>Protects what the flip is for: any two epochs in succession show every image both ways. How it begins is drawn, image by image.</summary>
    [TestMethod]
    public void An_image_and_its_mirror_image_take_turns()
    {
        var source = Draws.Coordinates(5, 2);
        var first = Flipped(epoch: 1);
        Draws.AssertFrequency(0.5, first.Count(isFlipped => isFlipped), Images, "flipped in the first epoch");
        Draws.AssertFrequency(0.5, first.Zip(first.Skip(1)).Count(pair => pair.First == pair.Second), Images - 1, "flipped as the image before");
        for (var epoch = 2; epoch <= 5; epoch++)
            CollectionAssert.AreEqual(first.Select(isFlipped => isFlipped ^ (epoch % 2 == 0)).ToArray(), Flipped(epoch), $"epoch {epoch}");

        bool[] Flipped(int epoch) =>
            [.. Enumerable.Range(0, Images).Select(row => Draws.Apply(new AlternatingHorizontalFlip(), source, (ulong)row, epoch).Pixels[0] == 4)];
    }

    /// <summary>Protects the turns in whatever recipe: steps before the flip draw differently in every epoch, and change nothing about it.</summary>
    [TestMethod]
    public void What_other_steps_draw_does_not_matter()
    {
        for (ulong row = 0; row < 50; row++)
            for (var epoch = 1; epoch <= 3; epoch++)
            {
                var random = new AugmentationRandom(Draws.Seed, epoch, row);
                var before = random.OfEveryEpoch().NextBits();
                random.NextBits();
                Assert.AreEqual(before, random.OfEveryEpoch().NextBits());
                Assert.AreEqual(new AugmentationRandom(Draws.Seed, 9, row).OfEveryEpoch().NextBits(), before);
            }
        Assert.AreNotEqual(new AugmentationRandom(1, 1, 1).OfEveryEpoch().NextBits(),
            new AugmentationRandom(2, 1, 1).OfEveryEpoch().NextBits(), "another seed");
    }
}
