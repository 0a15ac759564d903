using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>The steps that move pixels: that they draw as they say, and draw exactly.</summary>
[TestClass]
public class GeometryStepTests
{
    private const int Count = 3000;

    [TestMethod]
    public void Crops_lie_anywhere_equally_often()
    {
        var source = Draws.Coordinates(40, 40);
        var origins = Enumerable.Range(0, Count).Select(row => Draws.Apply(new RandomCrop(), source, (ulong)row, width: 33, height: 36))
            .Select(i => (X: i.Pixels[0], Y: i.Pixels[1])).ToArray();

        Draws.AssertEqualShares(origins.Select(o => o.Y * 8 + o.X), 5 * 8, "crop positions");
    }

    /// <summary>CIFAR's: a border of an eighth, so shifts of up to four pixels of 32 in each direction.</summary>
    [TestMethod]
    [DataRow(BorderMode.Constant)]
    [DataRow(BorderMode.Reflect)]
    public void A_border_shifts_the_image(BorderMode border)
    {
        var source = Draws.Coordinates(32, 32);
        var shifts = Enumerable.Range(0, Count).Select(row =>
        {
            var crop = Draws.Apply(new RandomCrop(4.0 / 32, border, 0xFF00FF), source, (ulong)row);
            var (x, y) = (crop.Pixels[(16 * 32 + 16) * 3] - 16, crop.Pixels[(16 * 32 + 16) * 3 + 1] - 16);
            var corner = (Red: crop.Pixels[0], Green: crop.Pixels[1]);
            if (x < 0 || y < 0)
                Assert.AreEqual(border == BorderMode.Constant ? ((byte)255, (byte)0) : ((byte)Math.Abs(x), (byte)Math.Abs(y)), corner);
            return (x + 4) * 9 + y + 4;
        });

        Draws.AssertEqualShares(shifts.ToArray(), 81, "shifts");
    }

    [TestMethod]
    public void A_small_image_gets_the_border_it_needs()
    {
        var crop = Draws.Apply(new RandomCrop(fill: 0x102030), Draws.Plain(5, 50, 9, 9, 9), 1, width: 32, height: 20);

        Assert.AreEqual((32, 20), (crop.Width, crop.Height));
        Assert.AreEqual(5 * 20, Enumerable.Range(0, 32 * 20).Count(i => crop.Pixels[i * 3] == 9));
        Assert.AreEqual(27 * 20, Enumerable.Range(0, 32 * 20).Count(i => crop.Pixels[i * 3] == 0x10));
    }

    [TestMethod]
    public void Resized_crops_have_their_areas_ratios_and_places()
    {
        var step = new RandomResizedCrop((0.1, 0.6), (0.5, 2));
        var boxes = Enumerable.Range(0, 5 * Count).Select(row =>
        {
            var random = new AugmentationRandom(Draws.Seed, 0, (ulong)row);
            return step.Draw(500, 500, ref random);
        }).ToArray();

        Assert.IsTrue(boxes.All(b => b.IsInside(500, 500)));
        // At most 2 × 0.6 of 500: some of the widest do not fit and are drawn again, which takes from the largest areas.
        Assert.AreEqual(0.1, boxes.Min(b => b.Width * b.Height / 250_000.0), 0.005);
        Assert.AreEqual(0.6, boxes.Max(b => b.Width * b.Height / 250_000.0), 0.005);
        Assert.AreEqual(0.35, boxes.Average(b => b.Width * b.Height / 250_000.0), 0.02);
        Assert.AreEqual(0, boxes.Average(b => Math.Log((double)b.Width / b.Height)), 0.03);
        Assert.AreEqual(2, boxes.Max(b => (double)b.Width / b.Height), 0.05);
        Assert.AreEqual(0.5, boxes.Min(b => (double)b.Width / b.Height), 0.02);
        Draws.AssertUniform([.. boxes.Where(b => b.Width < 480).Select(b => b.X / (500.0 - b.Width))], 0, 1, 0.01, "left edges");
        Draws.AssertUniform([.. boxes.Where(b => b.Height < 480).Select(b => b.Y / (500.0 - b.Height))], 0, 1, 0.01, "upper edges");
    }

    /// <summary>Where no part of the wanted proportions fits, the middle is taken.</summary>
    [TestMethod]
    [DataRow(3, 400, 0, 198, 3, 4)]
    [DataRow(400, 3, 198, 0, 4, 3)]
    public void An_extreme_image_gives_its_middle(int width, int height, int x, int y, int w, int h)
    {
        var random = new AugmentationRandom(1, 0, 0);
        Assert.AreEqual(new PixelRectangle(x, y, w, h), new RandomResizedCrop((0.9, 1)).Draw(width, height, ref random));
    }

    [TestMethod]
    public void The_short_side_is_any_length_in_the_range()
    {
        var source = Draws.Coordinates(60, 40);
        var sizes = Enumerable.Range(0, Count).Select(row => Draws.Apply(new ScaleJitter((1, 1.5)), source, (ulong)row, width: 20, height: 20)).ToArray();

        Draws.AssertEqualShares(sizes.Select(i => i.Height - 20), 11, "short sides");
        Assert.IsTrue(sizes.All(i => i.Width == i.Height * 3 / 2), "Proportions stay.");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(4)]
    public void A_flip_is_a_mirror_and_two_are_none(int channels)
    {
        foreach (var width in Enumerable.Range(1, 40))
        {
            var image = Noise(width, 3, channels);
            var original = image.Pixels.ToArray();
            foreach (var (flip, place) in new (Action<PixelImage>, Func<int, int, int>)[]
                { (Mirror.Horizontally, (x, y) => y * width + width - 1 - x), (Mirror.Vertically, (x, y) => (2 - y) * width + x) })
            {
                flip(image);
                for (var i = 0; i < original.Length; i++)
                    Assert.AreEqual(original[place(i / channels % width, i / channels / width) * channels + i % channels], image.Pixels[i], $"width {width}");
                flip(image);
                CollectionAssert.AreEqual(original, image.Pixels.ToArray());
            }
        }
    }

    [TestMethod]
    public void Flips_come_as_often_as_they_should()
    {
        var source = Draws.Coordinates(20, 20);
        Draws.AssertFrequency(0.5, Draws.Read(new RandomHorizontalFlip(), source, Count, i => i.Pixels[0]).Count(x => x == 19), Count, "horizontal");
        Draws.AssertFrequency(0.2, Draws.Read(new RandomVerticalFlip(0.2), source, Count, i => i.Pixels[1]).Count(y => y == 19), Count, "vertical");
    }

    [TestMethod]
    [DataRow(WarpSampling.Nearest)]
    [DataRow(WarpSampling.Bilinear)]
    public void Quarter_turns_are_exact(WarpSampling sampling)
    {
        var source = Draws.Coordinates(31, 31);
        foreach (var (degrees, place) in new (double, Func<int, int, (int X, int Y)>)[]
            { (90, (x, y) => (30 - y, x)), (180, (x, y) => (30 - x, 30 - y)), (-90, (x, y) => (y, 30 - x)), (0, (x, y) => (x, y)) })
        {
            var turned = Draws.Apply(new RandomRotation((degrees, degrees), 0, sampling), source, 0);
            for (var i = 0; i < 31 * 31; i++)
                Assert.AreEqual(place(i % 31, i / 31), (turned.Pixels[i * 3], turned.Pixels[i * 3 + 1]), $"{degrees} degrees");
        }
    }

    [TestMethod]
    public void Angles_are_uniform()
    {
        // What comes to the middle of the right edge was, counter-clockwise turned by a, at the angle −a.
        var angles = Draws.Read(new RandomRotation((-40, 20), 0, WarpSampling.Nearest), Draws.Coordinates(201, 201), 500,
            i => double.RadiansToDegrees(Math.Atan2(i.Pixels[(100 * 201 + 195) * 3 + 1] - 100, i.Pixels[(100 * 201 + 195) * 3] - 100)));
        Draws.AssertUniform(angles, -40, 20, 0.5, "angles");
    }

    [TestMethod]
    public void Affine_parts_are_uniform()
    {
        var source = Draws.Coordinates(201, 201);
        Draws.AssertUniform(Read(new(translateX: 0.2), 100, 100, 0, -1), -40, 40, 0.6, "shift in x");
        Draws.AssertUniform(Read(new(translateY: 0.1), 100, 100, 1, -1), -20, 20, 0.6, "shift in y");
        Draws.AssertUniform([.. Read(new(scale: (0.8, 1.25)), 160, 100, 0, 1).Select(d => 60 / (60 + d))], 0.8, 1.25, 0.02, "scale");
        // An image sheared by x degrees moves 60 rows above its middle by 60 · tan x.
        Draws.AssertUniform([.. Read(new(shearX: (-30, 10)), 100, 40, 0, -1).Select(d => double.RadiansToDegrees(Math.Atan(d / 60)))], -30, 10, 0.8,
            "shear in x");
        Draws.AssertUniform([.. Read(new(shearY: (0, 20)), 40, 100, 1, -1).Select(d => double.RadiansToDegrees(Math.Atan(d / 60)))], 0, 20, 0.8, "shear in y");

        // How far what is seen at a place was from it, in x (0) or y (1).
        double[] Read(RandomAffine step, int x, int y, int axis, int sign) =>
            Draws.Read(step, source, 300, i => sign * (i.Pixels[(y * 201 + x) * 3 + axis] - (axis == 0 ? x : y)));
    }

    [TestMethod]
    public void Perspective_moves_the_corners_inwards()
    {
        var source = Draws.Plain(60, 60, 200, 200, 200);
        var covered = Draws.Read(new RandomPerspective(0.5, 0.7, 0x000000), source, Count, i => Enumerable.Range(0, 3600)
            .Count(p => i.Pixels[p * 3] > 0) / 3600.0);

        Draws.AssertFrequency(0.7, covered.Count(c => c < 1), Count, "distorted (but for corners that all stay)");
        Assert.IsGreaterThan(0.25, covered.Min(), "Corners go half the way to the middle at most.");
        Assert.IsLessThan(0.45, covered.Min());
        // On average each side moves in by 7.5 pixels of 60.
        Assert.AreEqual(0.56, covered.Where(c => c < 1).Average(), 0.03);
    }

    [TestMethod]
    public void Perspective_puts_corners_where_it_says()
    {
        var projection = Projection.Perspective(50, 40, [(3, 4), (45, 2), (48, 36), (5, 30)])!.Value;
        foreach (var (to, from) in new[] { ((3.0, 4.0), (0.0, 0.0)), ((45, 2), (49, 0)), ((48, 36), (49, 39)), ((5, 30), (0, 39)) })
        {
            var weight = projection.G * to.Item1 + projection.H * to.Item2 + 1;
            Assert.AreEqual(from.Item1, (projection.A * to.Item1 + projection.B * to.Item2 + projection.C) / weight, 1e-9);
            Assert.AreEqual(from.Item2, (projection.D * to.Item1 + projection.E * to.Item2 + projection.F) / weight, 1e-9);
        }
        Assert.IsNull(Projection.Perspective(50, 40, [(1, 1), (1, 1), (1, 1), (1, 1)]));
    }

    [TestMethod]
    public void Erased_rectangles_have_their_areas_ratios_and_places()
    {
        var step = new RandomErasing(1, (0.05, 0.2), (0.5, 2));
        var boxes = Enumerable.Range(0, 5 * Count).Select(row =>
        {
            var random = new AugmentationRandom(Draws.Seed, 0, (ulong)row);
            return step.Draw(300, 300, ref random)!.Value;
        }).ToArray();

        Draws.AssertUniform([.. boxes.Select(b => b.Width * b.Height / 90_000.0)], 0.05, 0.2, 0.002, "areas");
        Draws.AssertUniform([.. boxes.Select(b => Math.Log((double)b.Height / b.Width))], -Math.Log(2), Math.Log(2), 0.03, "ratios");
        Draws.AssertUniform([.. boxes.Select(b => b.X / (300.0 - b.Width))], 0, 1, 0.01, "left edges");
        Draws.AssertUniform([.. boxes.Select(b => b.Y / (300.0 - b.Height))], 0, 1, 0.01, "upper edges");
    }

    [TestMethod]
    public void Erasing_fills_with_noise_or_a_color()
    {
        var source = Draws.Plain(40, 40, 100, 100, 100);
        Draws.AssertFrequency(0.3, Draws.Read(new RandomErasing(0.3, fill: 0), source, Count, i => i.Pixels.Contains((byte)0) ? 1 : 0).Count(e => e == 1),
            Count, "erasing");

        var noise = new List<int>();
        foreach (var row in Enumerable.Range(0, 100))
            noise.AddRange(Draws.Apply(new RandomErasing(1), source, (ulong)row).Pixels.ToArray().Where(v => v != 100).Select(v => v - (v > 100 ? 1 : 0)));
        Draws.AssertEqualShares(noise, 255, "noise");
    }

    private static PixelImage Noise(int width, int height, int channels)
    {
        var image = new PixelImage(width, height, channels);
        new Random(width).NextBytes(image.Pixels);
        return image;
    }
}
