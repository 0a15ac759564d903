using System.Text;
using System.Text.Json;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Persistence;

/// <summary>
/// Protects model.json where there is no reflection, in programs that are trimmed: the code that the compiler generates reads and writes what reflection does.
/// </summary>
[TestClass]
public sealed class ModelJsonTests
{
    [TestMethod]
    public void Generated_code_writes_and_reads_all_that_reflection_does()
    {
        foreach (var batch in new BatchAugmentation?[] { null, new Mixup(0.4), new CutMix(0.7), new MixupOrCutMix(0.3, 0.8) })
        {
            var model = Everything(new(s_steps, batch, 1.25));
            var text = model.ToText();
            Assert.AreEqual(JsonSerializer.Serialize(model, JsonFormat.Options), text);
            Assert.AreEqual(text, CnnModelJson.Parse(Encoding.UTF8.GetBytes(text)).ToText());
        }
        // A step that is added to the library is added here.
        Assert.IsEmpty(typeof(AugmentationStep).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(AugmentationStep)))
            .Except(s_steps.Select(step => step.GetType())).Select(type => type.Name));
    }

    [TestMethod]
    public void What_is_missing_or_null_is_refused()
    {
        var text = Everything(null).ToText();
        foreach (var (part, by) in new[] { ("\"formatVersion\": 2,", ""), ("\"library\": \"a library\"", "\"library\": null"), (text, "null") })
        {
            var changed = text.Replace(part, by, StringComparison.Ordinal);
            Assert.AreNotEqual(text, changed);
            Assert.ThrowsExactly<JsonException>(() => CnnModelJson.Parse(Encoding.UTF8.GetBytes(changed)));
        }
    }

    [TestMethod]
    public void Views_under_their_former_name_are_read()
    {
        var text = Everything(null).ToText();
        var former = text.Replace("\"testTime\": \"none\"", "\"crops\": \"five\"", StringComparison.Ordinal);
        Assert.AreNotEqual(text, former);
        Assert.AreEqual(EvaluationCrops.Five, CnnModelJson.Parse(Encoding.UTF8.GetBytes(former)).Preprocessing.TestTime.Crops);
    }

    private static readonly AugmentationStep[] s_steps =
    [
        new Pad(2), new RandomCrop(0.1, BorderMode.Reflect, 0x123456), new RandomResizedCrop((0.2, 0.9), (0.8, 1.5), Interpolation.Bicubic),
        new ScaleJitter((1, 2)), new RandomHorizontalFlip(0.3), new AlternatingHorizontalFlip(), new RandomVerticalFlip(),
        new RandomRotation((-10, 20), 0x808080, WarpSampling.Nearest),
        new RandomAffine((-5, 5), 0.1, 0.2, (0.9, 1.1), (-3, 3), (0, 4), 0xFF0000), new RandomPerspective(0.3, 0.9), new ColorJitter(0.1, 0.2, 0.3, 0.4),
        new PcaColor(0.2, new([1, 0, 0, 0, 1, 0, 0, 0, 1], [30, 20, 10])), new RandomErasing(0.4, fill: 0x00FF00), new RandomErasing(), new Grayscale(),
        new RandomGrayscale(0.2), new MeanFilter(5), new GaussianFilter(7, 2), new BilateralFilter(5, 30, 3), new SobelFilter(SobelDirection.Y),
        new RandAugment(3, 12), new TrivialAugmentWide(0x0000FF), new AutoAugment(AutoAugmentPolicy.Cifar10),
    ];

    private static CnnModelJson Everything(ImageAugmentation? augmentation) => new()
    {
        FormatVersion = 2,
        Library = "a library",
        Architecture = new("lenet5", new Dictionary<string, string> { ["activation"] = "relu" }),
        Network = new(3, 28, 30, 2),
        Preprocessing = new() { Height = 28, Width = 30, Channels = 3, ResizeShortSide = 33 },
        Augmentation = augmentation,
        PixelLayout = PixelLayout.ChannelsHeightWidth,
        OnBadImage = BadImageHandling.Skip,
        Columns = new("Image", "PredictedLabel", "Score"),
        Classes = new("text", ["a \"quoted\" one", "日本"]),
        Scoring = new() { Precision = Precision.BFloat16, Compile = false },
        Calibration = new() { Temperature = 1.5, Coverage = 0.9, SetThreshold = 0.25, Images = 7, LogLossBefore = double.NaN },
        Training = new(StopReason.Completed,
        [
            new()
            {
                Epoch = 1,
                Epochs = 2,
                Metrics = new Dictionary<string, double> { ["loss"] = double.PositiveInfinity, ["accuracy"] = 0.5 },
                ValidationMetrics = new Dictionary<string, double> { ["loss"] = 0.25 },
                Images = 12,
                Seconds = 1.5,
                IsBest = true,
                ValidationImagesPerSecond = 3,
            },
        ])
        {
            Settings = JsonSerializer.SerializeToElement(new { seed = 1 }),
            Plan = JsonSerializer.SerializeToElement(new { device = "cpu" }),
        },
        Weights = new("weights.safetensors", 12, "00"),
    };
}
