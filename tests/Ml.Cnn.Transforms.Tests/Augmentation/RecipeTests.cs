using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Decoding;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>Recipes as data, and what the pipeline makes of them.</summary>
[TestClass]
public class RecipeTests
{
    private static readonly AugmentationStep[] s_every =
    [
        new RandomCrop(0.1, BorderMode.Reflect, 0x123456), new RandomResizedCrop((0.2, 0.9), (0.8, 1.5), Interpolation.Bicubic), new ScaleJitter((1, 2)),
        new RandomHorizontalFlip(0.3), new AlternatingHorizontalFlip(), new RandomVerticalFlip(),
        new RandomRotation((-10, 20), 0x808080, WarpSampling.Nearest),
        new RandomAffine((-5, 5), 0.1, 0.2, (0.9, 1.1), (-3, 3), (0, 4), 0xFF0000), new RandomPerspective(0.3, 0.9),
        new ColorJitter(0.1, 0.2, 0.3, 0.4), new PcaColor(0.2, new([1, 0, 0, 0, 1, 0, 0, 0, 1], [30, 20, 10])), new RandomErasing(0.4, fill: 0x00FF00),
        new RandomErasing(),
        new Grayscale(), new RandomGrayscale(0.2), new MeanFilter(5), new GaussianFilter(7, 2), new BilateralFilter(5, 30, 3),
        new SobelFilter(SobelDirection.Y),
        new RandAugment(3, 12), new TrivialAugmentWide(0x0000FF), new AutoAugment(AutoAugmentPolicy.Cifar10),
    ];

    [TestMethod]
    public void A_recipe_survives_json()
    {
        foreach (var batch in new BatchAugmentation?[] { null, new Mixup(0.4), new CutMix(0.7), new MixupOrCutMix(0.3, 0.8) })
        {
            var recipe = new ImageAugmentation(s_every, batch, 1.25);

            var json = recipe.ToJson();

            Assert.AreEqual(recipe, ImageAugmentation.FromJson(json));
            Assert.AreEqual(json, ImageAugmentation.FromJson(json).ToJson());
        }
        StringAssert.Contains(new ImageAugmentation([new RandomRotation((-10, 20), 0x80FF00)], new Mixup()).ToJson().ReplaceLineEndings("")
            .Replace(" ", "", StringComparison.Ordinal),
            """{"step":"randomRotation","degrees":[-10,20],"fill":"#80FF00","sampling":"Bilinear"}""");
    }

    [TestMethod]
    [DataRow("""{"steps":[{"step":"randomSpin"}]}""")]
    [DataRow("""{"steps":[{"step":"randomCrop","padding":7}]}""")]
    [DataRow("""{"steps":[{"step":"randomRotation","degrees":[5,-5]}]}""")]
    [DataRow("""{"steps":[{"step":"randomRotation","degrees":[5]}]}""")]
    [DataRow("""{"steps":[{"step":"randomRotation","degrees":[0,1],"fill":"red"}]}""")]
    [DataRow("""{"steps":[null]}""")]
    [DataRow("""{}""")]
    [DataRow("null")]
    [DataRow("steps")]
    public void A_damaged_recipe_is_refused(string json) => Assert.ThrowsExactly<FormatException>(() => ImageAugmentation.FromJson(json));

    [TestMethod]
    public void Senseless_steps_are_refused_by_name()
    {
        foreach (var (make, name) in new (Func<object>, string)[]
        {
            (() => new RandomCrop(-0.1), "padding"), (() => new RandomCrop(fill: 0x1000000), "fill"), (() => new RandomResizedCrop((0.5, 0.1)), "scale"),
            (() => new RandomResizedCrop((0.5, 1.1)), "scale"), (() => new RandomResizedCrop(ratio: (-1, 1)), "ratio"),
            (() => new ScaleJitter((0, 1)), "scale"),
            (() => new RandomHorizontalFlip(1.5), "probability"), (() => new RandomHorizontalFlip(double.NaN), "probability"),
            (() => new RandomRotation((10, -10)), "degrees"),
            (() => new RandomAffine(translateX: 2), "translateX"), (() => new RandomPerspective(-1), "distortion"), (() => new ColorJitter(hue: 0.6), "hue"),
            (() => new ColorJitter(contrast: -1), "contrast"), (() => new PcaColor(-1), "strength"), (() => new RandomErasing(scale: (0, 2)), "scale"),
            (() => new MeanFilter(4), "size"), (() => new GaussianFilter(5, 0), "sigma"), (() => new RandAugment(0), "count"),
            (() => new RandAugment(1, 31), "magnitude"),
            (() => new Mixup(0), "alpha"), (() => new CutMix(-1), "alpha"), (() => new MixupOrCutMix(-1), "alpha"),
            (() => new MixupOrCutMix(1, 101), "cutMixAlpha"),
            (() => new ImageAugmentation([], evaluationScale: 0.5), "evaluationScale"),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(make);
            Assert.AreEqual(name, error.ParamName);
        }
    }

    [TestMethod]
    public void Presets_are_found_by_name()
    {
        CollectionAssert.AreEqual(new[] { "alexnet", "cifar", "inception", "light", "trivial", "vgg", "writing" }, ImageAugmentation.PresetNames.ToArray());
        foreach (var name in ImageAugmentation.PresetNames)
            Assert.AreEqual(ImageAugmentation.Preset(name), ImageAugmentation.FromJson(ImageAugmentation.Preset(name.ToUpperInvariant()).ToJson()));

        var error = Assert.ThrowsExactly<ArgumentException>(() => ImageAugmentation.Preset("resnet"));
        StringAssert.Contains(error.Message, "alexnet, cifar, inception, light, trivial, vgg");
    }

    /// <summary>What published accuracies are measured with: 224 cut out of a short side of 256.</summary>
    [TestMethod]
    public void The_evaluation_view_is_the_papers()
    {
        var network = new ImagePreprocessing { ResizeShortSide = 224 };
        Assert.AreEqual(256, ImageAugmentation.Preset("inception").EvaluationView(network).ResizeShortSide);
        Assert.AreEqual(224, ImageAugmentation.Preset("light").EvaluationView(network).ResizeShortSide);
        Assert.IsNull(ImageAugmentation.Preset("inception").EvaluationView(new() { Width = 90 }).ResizeShortSide, "Stretching stays stretching.");
        Assert.AreEqual(2, new ImageAugmentation([new RandomCrop()]).Then(new Grayscale()).With(new Mixup()).Steps.Count);
    }

    /// <summary>Every step meets images of every shape and number of channels, and leaves the network's size behind.</summary>
    [TestMethod]
    public void Every_step_takes_every_image()
    {
        foreach (var step in s_every)
            foreach (var (width, height) in new[] { (1, 1), (1, 9), (200, 2), (33, 47) })
                foreach (var channels in new[] { 1, 3, 4 })
                {
                    var target = new ImagePreprocessing { Width = 21, Height = 17, Channels = channels };
                    var source = new PixelImage(width, height, channels == 1 ? 3 : channels);
                    new Random(1).NextBytes(source.Pixels);
                    var before = source.Pixels.ToArray();
                    var result = new byte[target.ByteCount];
                    for (var row = 0; row < 3; row++)
                    {
                        var random = new AugmentationRandom(1, 0, (ulong)row);
                        new AugmentationPipeline(new([step]), target).Apply(source, new(), ref random, result);
                        new AugmentationPipeline(new([step]), target, scoring: true).Apply(source, new(), ref random, result);
                    }
                    CollectionAssert.AreEqual(before, source.Pixels.ToArray(), $"{step} wrote into its source.");
                }
    }

    /// <summary>Same seed, epoch and row: the same image, on any thread and after any other. Another epoch: another image.</summary>
    [TestMethod]
    public void Draws_depend_on_seed_epoch_and_row_alone()
    {
        var source = ReferenceImages.Decode("source-wide.png");
        var target = new ImagePreprocessing { Width = 24, Height = 24 };
        foreach (var step in s_every.Select(s => new ImageAugmentation([s])).Append(ImageAugmentation.Preset("trivial")).Append(new ImageAugmentation(s_every)))
        {
            var pipeline = new AugmentationPipeline(step, target);
            var (alone, shared) = (new AugmentationScratch(), new ThreadLocal<AugmentationScratch>(() => new()));
            var inOrder = Enumerable.Range(0, 24).Select(row => Run(1, 0, row, alone)).ToArray();
            var inParallel = new byte[24][];

            Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => inParallel[23 - i] = Run(1, 0, 23 - i, shared.Value!));

            for (var row = 0; row < 24; row++)
                CollectionAssert.AreEqual(inOrder[row], inParallel[row]);
            if (!step.Steps.Any(s => s.IsRandom))
                continue;
            Assert.IsTrue(Enumerable.Range(0, 24).Any(row => !inOrder[row].SequenceEqual(Run(1, 1, row, alone))), $"{step.Steps[0]}: another epoch");
            Assert.IsTrue(Enumerable.Range(0, 24).Any(row => !inOrder[row].SequenceEqual(Run(2, 0, row, alone))), $"{step.Steps[0]}: another seed");
            Assert.IsTrue(Enumerable.Range(1, 23).Any(row => !inOrder[row].SequenceEqual(inOrder[0])), $"{step.Steps[0]}: another row");

            byte[] Run(int seed, int epoch, int row, AugmentationScratch scratch)
            {
                var random = new AugmentationRandom(seed, epoch, (ulong)row);
                var result = new byte[target.ByteCount];
                pipeline.Apply(source, scratch, ref random, result);
                return result;
            }
        }
    }

    /// <summary>Putting crops and resizes off must not show: the same pixels as step by step.</summary>
    [TestMethod]
    public void A_late_crop_gives_the_pixels_of_an_early_one()
    {
        var source = ReferenceImages.Decode("source-wide.png");
        var (lazy, eager) = (new AugmentationScratch(), new AugmentationScratch());
        var target = new ImagePreprocessing { Width = 20, Height = 10 };
        foreach (var (scratch, isEager) in new[] { (lazy, false), (eager, true) })
        {
            scratch.Begin(source, target);
            foreach (var change in new Action[] { () => scratch.Crop(new(5, 3, 60, 44)), () => scratch.Resize(90, 70, Interpolation.Bilinear),
                () => scratch.Crop(new(11, 20, 41, 33)), () => scratch.Resize(20, 10, Interpolation.Bicubic) })
            {
                change();
                if (isEager)
                    _ = scratch.Image;
            }
        }
        var result = new byte[target.ByteCount];

        lazy.Finish(result);

        CollectionAssert.AreEqual(eager.Image.Pixels.ToArray(), result);
    }

    [TestMethod]
    public void Scoring_sees_the_evaluation_view_and_the_steps_without_chance()
    {
        var source = ReferenceImages.Decode("source-wide.png");
        var target = new ImagePreprocessing { Width = 28, Height = 28, ResizeShortSide = 28 };
        var random = new AugmentationRandom(1, 0, 0);
        var (expected, actual) = (new byte[target.ByteCount], new byte[target.ByteCount]);
        (target with { ResizeShortSide = 32 }).Apply(source, expected);

        new AugmentationPipeline(ImageAugmentation.Preset("vgg"), target, scoring: true).Apply(source, new(), ref random, actual);
        CollectionAssert.AreEqual(expected, actual);

        new AugmentationPipeline(ImageAugmentation.Preset("vgg").Then(new Grayscale()), target, scoring: true).Apply(source, new(), ref random, actual);
        for (var i = 0; i < actual.Length; i++)
            Assert.AreEqual(PixelConverter.Luma(expected[i / 3 * 3], expected[i / 3 * 3 + 1], expected[i / 3 * 3 + 2]), actual[i]);
    }

    /// <summary>A JPEG decoded at half size must never lose what a crop could have shown.</summary>
    [TestMethod]
    [DataRow("inception", 915)]
    [DataRow("light", 334)]
    [DataRow("vgg", 512)]
    [DataRow("cifar", 224)]
    public void Decoding_keeps_the_detail_of_the_smallest_part(string preset, int side)
    {
        var options = new AugmentationPipeline(ImageAugmentation.Preset(preset), new()).DecodeOptions;
        Assert.AreEqual((side, side), (options.MinimumWidth, options.MinimumHeight));
        Assert.AreEqual(0, new AugmentationPipeline(new([new MeanFilter(), new RandomResizedCrop()]), new()).DecodeOptions.MinimumWidth,
            "A filter sees the file's own pixels.");
    }

    /// <summary>
    /// Protects what the network sees where an image is decoded at the scale that its drawn part needs: the part has the network's size
    /// still, and looks as it does in the whole image.
    /// </summary>
    [TestMethod]
    public void A_part_of_an_image_decoded_at_a_smaller_scale_is_the_same_part()
    {
        var jpeg = SmoothJpeg(640, 480);
        var target = new ImagePreprocessing { Width = 48, Height = 40 };
        var step = new RandomResizedCrop();
        var pipeline = new AugmentationPipeline(new([step]), target);
        var (smaller, scratch, full) = (0, new AugmentationScratch(), ImageDecoder.Decode(jpeg));
        for (var row = 0; row < 100; row++)
        {
            var random = new AugmentationRandom(Draws.Seed, 1, (ulong)row);
            var scaled = ImageDecoder.Decode(jpeg, pipeline.DecodeOptionsFor(random));
            smaller += scaled.Width < full.Width ? 1 : 0;
            var copy = random;
            var part = step.Draw(scaled.Width, scaled.Height, ref copy);
            Assert.IsTrue(scaled.Width == full.Width || (part.Width >= target.Width - 1 && part.Height >= target.Height - 1),
                $"row {row}: {part} of {scaled.Width} × {scaled.Height}");

            var (expected, actual) = (new byte[target.ByteCount], new byte[target.ByteCount]);
            var (first, second) = (random, random);
            pipeline.Apply(full, scratch, ref first, expected);
            pipeline.Apply(scaled, scratch, ref second, actual);
            // The part may lie beside the other one by a pixel of the smaller image; the colors change by 1.3 levels a pixel.
            var pixel = (double)full.Width / scaled.Width;
            Assert.IsLessThan(1 + 1.3 * pixel, expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average(), $"row {row}, decoded at 1/{pixel}");
        }
        Assert.IsGreaterThan(50, smaller, "most parts of an image of ten times the size need no full decode");
    }

    private static byte[] SmoothJpeg(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new((byte)(128 + 100 * Math.Sin(x / 40.0)), (byte)(128 + 100 * Math.Cos(y / 30.0)),
                    (byte)((x + y) * 255 / (width + height))));
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
        return encoded.ToArray();
    }
}
