using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>The steps that change colors: that they draw as they say.</summary>
[TestClass]
public class ColorStepTests
{
    private const int Count = 3000;

    [TestMethod]
    public void Jitter_factors_are_uniform()
    {
        // Each image makes one factor readable; contrast and saturation work around a mean of 100.
        Draws.AssertUniform(Draws.Read(new ColorJitter(brightness: 0.4), Draws.Plain(2, 2, 100, 100, 100), Count, i => i.Pixels[0] / 100.0), 0.6, 1.4, 0.01,
            "brightness");
        var halves = Draws.Plain(2, 1, 60, 60, 60);
        halves.Pixels[..3].Fill(140);
        Draws.AssertUniform(Draws.Read(new ColorJitter(contrast: 0.5), halves, Count, i => (i.Pixels[0] - 100) / 40.0), 0.5, 1.5, 0.03, "contrast");
        // The luma of (140, 90, 60) is 101.
        Draws.AssertUniform(Draws.Read(new ColorJitter(saturation: 0.8), Draws.Plain(2, 2, 140, 90, 60), Count, i => (i.Pixels[0] - 101) / 39.0), 0.2, 1.8,
            0.03, "saturation");
        // From pure red, green grows with each sixth of the wheel turned forwards, and blue backwards.
        Draws.AssertUniform(Draws.Read(new ColorJitter(hue: 0.1), Draws.Plain(2, 2, 255, 0, 0), Count, i => (i.Pixels[1] - i.Pixels[2]) / 255.0 / 6), -0.1, 0.1,
            0.005, "hue");
    }

    [TestMethod]
    public void Jitter_comes_in_every_order()
    {
        // Doubling brightness cuts off at 255; whether contrast comes before or after shows in the result.
        var source = Draws.Plain(2, 1, 200, 200, 200);
        source.Pixels[..3].Fill(40);
        var results = Enumerable.Range(0, 400).Select(row => Draws.Apply(new ColorJitter(0.9, 0.9), source, (ulong)row)).Select(i => (i.Pixels[0], i.Pixels[3]))
            .Distinct();
        Assert.IsGreaterThan(300, results.Count());
    }

    /// <summary>Factor 1 is the image itself, to the bit, in any number of channels.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    public void Factor_1_changes_nothing(int channels)
    {
        var source = ReferenceImages.Decode("source-rgba.png", channels);
        var scratch = new AugmentationScratch();
        scratch.Begin(source, new() { Width = source.Width, Height = source.Height, Channels = channels });

        ColorTables.Brightness(scratch, 1);
        ColorTables.Contrast(scratch, 1);
        SaturationAdjustment.Adjust(scratch.Image, 1);
        HueRotation.Apply(scratch.Image, 0);
        SharpnessAdjustment.Adjust(scratch, 1);
        ColorTables.Posterize(scratch, 8);
        ColorTables.Solarize(scratch, 256);
        ColorTables.Invert(scratch);
        ColorTables.Invert(scratch);

        CollectionAssert.AreEqual(source.Pixels.ToArray(), scratch.Image.Pixels.ToArray());
    }

    /// <summary>Eight pixels at a time, and what is left over.</summary>
    [TestMethod]
    public void Vectors_end_where_the_image_does()
    {
        for (var pixels = 1; pixels < 40; pixels++)
        {
            var image = new PixelImage(pixels, 1, 3);
            new Random(pixels).NextBytes(image.Pixels);
            image.Buffer.AsSpan(image.Pixels.Length).Fill(77);
            var withAlpha = new PixelImage(pixels, 1, 4);
            for (var i = 0; i < pixels * 4; i++)
                withAlpha.Pixels[i] = i % 4 == 3 ? (byte)i : image.Pixels[i / 4 * 3 + i % 4];
            var expected = Enumerable.Range(0, pixels).Select(i => PixelConverter.Luma(image.Pixels[i * 3], image.Pixels[i * 3 + 1], image.Pixels[i * 3 + 2]))
                .ToArray();

            Luma.ToGray(image);
            Luma.ToGray(withAlpha);

            for (var i = 0; i < pixels * 3; i++)
                Assert.AreEqual(expected[i / 3], image.Pixels[i]);
            for (var i = 0; i < pixels * 4; i++)
                Assert.AreEqual(i % 4 == 3 ? (byte)i : expected[i / 4], withAlpha.Pixels[i]);
            Assert.IsFalse(image.Buffer.AsSpan(image.Pixels.Length).ContainsAnyExcept((byte)77));
        }
    }

    [TestMethod]
    public void Light_changes_along_the_components()
    {
        var step = new PcaColor(0.1);
        var shifts = Enumerable.Range(0, 5 * Count).Select(row =>
        {
            var (random, shift) = (new AugmentationRandom(Draws.Seed, 0, (ulong)row), new double[3]);
            step.Draw(shift, ref random);
            return shift;
        }).ToArray();

        for (var component = 0; component < 3; component++)
        {
            var along = shifts.Select(s => Enumerable.Range(0, 3).Sum(c => s[c] * step.Components.Directions[component * 3 + c])).ToArray();
            var expected = 0.1 * step.Components.Deviations[component];
            Assert.AreEqual(0, along.Average(), 4 * expected / Math.Sqrt(along.Length), "mean");
            Assert.AreEqual(expected, Math.Sqrt(along.Average(a => a * a)), expected * 0.03, "deviation");
        }
        var image = Draws.Apply(step, Draws.Plain(3, 3, 100, 100, 100), 0);
        for (var c = 0; c < 3; c++)
            Assert.AreEqual(100 + shifts[0][c], image.Pixels[c], 0.51);
    }

    [TestMethod]
    public void Components_are_found_in_images()
    {
        // Colors that differ along (2, 1, 0) with deviation 30 and along (0, 0, 1) with deviation 10.
        var random = new AugmentationRandom(Draws.Seed, 0, 0);
        var statistics = new ColorStatistics();
        for (var number = 0; number < 20; number++)
        {
            var image = new PixelImage(60, 60, 3);
            for (var i = 0; i < 3600; i++)
            {
                var (along, blue) = (random.NextGaussian() * 30, random.NextGaussian() * 10);
                (image.Pixels[i * 3], image.Pixels[i * 3 + 1], image.Pixels[i * 3 + 2]) =
                    ((byte)Math.Clamp(128 + along * 2 / Math.Sqrt(5), 0, 255), (byte)Math.Clamp(128 + along / Math.Sqrt(5), 0, 255),
                        (byte)Math.Clamp(128 + blue, 0, 255));
            }
            statistics.Add(image);
        }

        var components = statistics.Components();

        Assert.AreEqual(30, components.Deviations[0], 0.5);
        Assert.AreEqual(10, components.Deviations[1], 0.2);
        Assert.AreEqual(0, components.Deviations[2], 0.7);
        Assert.AreEqual(2 / Math.Sqrt(5), Math.Abs(components.Directions[0]), 0.01);
        Assert.AreEqual(1, Math.Abs(components.Directions[5]), 0.01);
        Assert.ThrowsExactly<InvalidOperationException>(() => new ColorStatistics().Components());
    }

    [TestMethod]
    public void Color_is_lost_as_often_as_it_should() =>
        Draws.AssertFrequency(0.25, Draws.Read(new RandomGrayscale(0.25), Draws.Plain(2, 2, 200, 100, 50), Count, i => i.Pixels[0]).Count(r => r != 200), Count,
            "gray");

    [TestMethod]
    public void Policies_choose_among_fourteen_operations_evenly()
    {
        var drawn = Enumerable.Range(0, 14 * 700).Select(row =>
        {
            var random = new AugmentationRandom(Draws.Seed, 0, (ulong)row);
            return TrivialAugmentWide.Draw(ref random);
        }).ToArray();
        Draws.AssertEqualShares(drawn.Select(d => (int)d.Operation), 14, "TrivialAugment's operations");
        Draws.AssertUniform([.. drawn.Where(d => d.Operation == PolicyOperation.Rotate).Select(d => d.Magnitude)], -135, 135, 2, "angles");
        Draws.AssertUniform([.. drawn.Where(d => d.Operation == PolicyOperation.TranslateX).Select(d => d.Magnitude)], -32, 32, 0.5, "translations");
        Draws.AssertUniform([.. drawn.Where(d => d.Operation == PolicyOperation.Solarize).Select(d => d.Magnitude)], 0, 255, 4, "thresholds");
        CollectionAssert.AreEquivalent(new double[] { 2, 3, 4, 5, 6, 7, 8 }, drawn.Where(d => d.Operation == PolicyOperation.Posterize).Select(d => d.Magnitude)
            .Distinct().ToArray());

        var fixedMagnitude = Enumerable.Range(0, 14 * 700).Select(row =>
        {
            var random = new AugmentationRandom(Draws.Seed, 0, (ulong)row);
            return new RandAugment(magnitude: 15).Draw(331, 662, ref random);
        }).ToArray();
        Draws.AssertEqualShares(fixedMagnitude.Select(d => (int)d.Operation), 14, "RandAugment's operations");
        foreach (var (operation, magnitude) in new[] { (PolicyOperation.ShearX, 0.15), (PolicyOperation.TranslateX, 75), (PolicyOperation.TranslateY, 150),
            (PolicyOperation.Rotate, 15), (PolicyOperation.Color, 0.45) })
        {
            var values = fixedMagnitude.Where(d => d.Operation == operation).Select(d => d.Magnitude).ToArray();
            Assert.IsTrue(values.All(v => Math.Abs(Math.Abs(v) - magnitude) < 1e-9), operation.ToString());
            Draws.AssertFrequency(0.5, values.Count(v => v < 0), values.Length, $"signs of {operation}");
        }
        Assert.IsTrue(fixedMagnitude.Where(d => d.Operation == PolicyOperation.Posterize).All(d => d.Magnitude == 6));
    }

    [TestMethod]
    public void A_learned_policy_draws_one_of_25_pairs()
    {
        Assert.HasCount(25, LearnedPolicy.ImageNet);
        Assert.HasCount(25, LearnedPolicy.Cifar10);
        // An image stays as it is where neither half of a pair comes, or what comes does nothing to it (it has all gray levels already).
        var source = ReferenceImages.Decode("source-rgb.png");
        var unchanged = Draws.Read(new AutoAugment(), source, 800, i => i.Pixels.SequenceEqual(source.Pixels) ? 1 : 0).Count(u => u == 1);
        var expected = LearnedPolicy.ImageNet.Average(p => (1 - Visible(p.First)) * (1 - Visible(p.Second)));
        Assert.AreEqual(expected, unchanged / 800.0, 0.05);

        static double Visible(PolicyStep step) =>
            step is { Operation: PolicyOperation.AutoContrast } or { Operation: PolicyOperation.Color, Level: 0 } ? 0 : step.Probability;
    }

    [TestMethod]
    public void Filters_smooth_and_find_edges()
    {
        // Black on the left, white on the right.
        var source = new PixelImage(20, 9, 1);
        for (var i = 0; i < 180; i++)
            source.Pixels[i] = (byte)(i % 20 < 10 ? 0 : 255);

        CollectionAssert.AreEqual(new byte[] { 0, 85, 170, 255 }, Draws.Apply(new MeanFilter(3), source, 0).Pixels.Slice(4 * 20 + 8, 4).ToArray());
        CollectionAssert.AreEqual(new byte[] { 0, 255, 255, 0 }, Draws.Apply(new SobelFilter(), source, 0).Pixels.Slice(4 * 20 + 8, 4).ToArray());
        Assert.IsFalse(Draws.Apply(new SobelFilter(SobelDirection.Y), source, 0).Pixels.ContainsAnyExcept((byte)0));
        CollectionAssert.AreEqual(source.Pixels.ToArray(), Draws.Apply(new BilateralFilter(5, sigmaColor: 20), source, 0).Pixels.ToArray(), "The edge stays.");
        var blurred = Draws.Apply(new BilateralFilter(5, sigmaColor: 1000), source, 0).Pixels;
        Assert.IsGreaterThan(20, blurred[4 * 20 + 9]);
    }
}
