using System.Globalization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms.Tests.Augmentation;

/// <summary>
/// Each operation against what torchvision and Pillow make of the same image (TestData/generate_augmentations.py): recipes that
/// were tuned there should mean the same here.
/// </summary>
[TestClass]
public class AugmentationReferenceTests
{
    private const int Fill = 0x0AC81E;

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void An_operation_equals_torchvision(string file)
    {
        var parts = Path.GetFileNameWithoutExtension(file).Split('-');
        var channels = parts[1] == "gray" ? 1 : 3;
        var source = ReferenceImages.Decode($"source-{parts[1]}.png", channels);
        var before = source.Pixels.ToArray();
        var expected = ReferenceImages.Decode(file, channels);
        var scratch = new AugmentationScratch();
        scratch.Begin(source, new() { Width = expected.Width, Height = expected.Height, Channels = channels });

        Apply(scratch, parts[2], parts.Length > 3 ? parts[^1] : "", parts.Length > 3 ? parts[3] : "");

        Assert.AreEqual((expected.Width, expected.Height), (scratch.Width, scratch.Height));
        // A pixel that lies exactly between two others may go either way where the nearest one is taken.
        var share = parts[^1] == "nearest" || parts[2] == "policy" ? 0.01 : 0.001;
        ReferenceImages.AssertClose(expected, scratch.Image.Pixels, file, most: share > 0.005 ? 255 : 2, share);
        CollectionAssert.AreEqual(before, source.Pixels.ToArray(), "The source is the caller's.");
    }

    private static void Apply(AugmentationScratch scratch, string operation, string last, string first)
    {
        var random = new AugmentationRandom(1, 0, 0);
        var (width, height) = (scratch.Width, scratch.Height);
        switch (operation)
        {
            case "brightness":
                ColorTables.Brightness(scratch, Number(last));
                break;
            case "contrast":
                ColorTables.Contrast(scratch, Number(last));
                break;
            case "saturation":
                SaturationAdjustment.Adjust(scratch.Image, Number(last));
                break;
            case "hue":
                HueRotation.Apply(scratch.Image, Number(last));
                break;
            case "hueback":
                HueRotation.Apply(scratch.Image, -Number(last));
                break;
            case "sharpness":
                SharpnessAdjustment.Adjust(scratch, Number(last));
                break;
            case "equalize":
                ColorTables.Equalize(scratch);
                break;
            case "autocontrast":
                ColorTables.AutoContrast(scratch);
                break;
            case "posterize":
                ColorTables.Posterize(scratch, (int)Number(last));
                break;
            case "solarize":
                ColorTables.Solarize(scratch, Number(last));
                break;
            case "invert":
                ColorTables.Invert(scratch);
                break;
            case "grayscale":
                new Grayscale().Apply(scratch, ref random);
                break;
            case "gaussian":
                new GaussianFilter(5, 1).Apply(scratch, ref random);
                break;
            case "rotate":
                new RandomRotation((Number(first), Number(first)), Fill, Sampling(last)).Apply(scratch, ref random);
                break;
            case "affine":
                Warp.Apply(scratch, Projection.Affine(width / 2.0, height / 2.0, 25, 5, -3, 1.3, 10, -5), Sampling(last), Fill);
                break;
            case "perspective":
                Warp.Apply(scratch, Projection.Perspective(width, height, [(3, 4), (48, 2), (50, 36), (5, 39)])!.Value, Sampling(last), Fill);
                break;
            case "policy":
                Enum.Parse<PolicyOperation>(first).Apply(scratch, Number(last), WarpSampling.Nearest, Fill);
                break;
            case "resizedcrop":
                scratch.Crop(new(11, 7, 31, 20));
                scratch.Resize(28, 24, Interpolation.Bilinear);
                break;
            case "reflect":
                new Pad(6, BorderMode.Reflect).Apply(scratch, ref random);
                break;
            case "pad":
                new Pad(6, BorderMode.Constant, Fill).Apply(scratch, ref random);
                break;
            default:
                Assert.Fail($"No test knows the operation '{operation}'.");
                break;
        }
    }

    private static IEnumerable<object[]> Files => ReferenceImages.Names("augment-*.png").Select(name => new object[] { name });

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static WarpSampling Sampling(string name) => Enum.Parse<WarpSampling>(name, ignoreCase: true);
}
