using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Training.Defaults;
using Ml.Cnn.Transforms;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Options that are left open follow the data; what a user says always counts.</summary>
[TestClass]
public class DataDefaultsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects a user's first try on a small folder: a thousand real digits, no option but the seed. Python's torchvision recipe has to be told epochs, rate
    /// and augmentation for as much.
    /// </summary>
    [TestMethod]
    public void A_thousand_digits_are_learned_by_defaults()
    {
        const int seed = 1; // docs/training.md has others
        var folder = SharedData.Require("data/mnist");
        var (train, test) = (s_mlContext.Data.LoadMnist(folder), s_mlContext.Data.LoadMnist(folder, DataSplit.Test));
        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions { FeatureColumnName = "Image", Seed = seed }))
            .Fit(s_mlContext.Data.TakeRows(train, 1000));
        var accuracy = s_mlContext.MulticlassClassification.Evaluate(model.Transform(s_mlContext.Data.TakeRows(test, 2000))).MicroAccuracy;
        Console.WriteLine(FormattableString.Invariant($"seed {seed}: {accuracy:P1} of 2,000 digits, {model.LastTransformer.History.Count} epochs"));
        Assert.IsGreaterThanOrEqualTo(0.95, accuracy);
    }

    /// <summary>Protects what a user reads: each option that was left open is told with its reason, and the training goes by it.</summary>
    [TestMethod]
    public void What_was_chosen_is_told_and_done()
    {
        IReadOnlyList<CnnChosenOption>? told = null;
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(50),
            new LeNetOptions { FeatureColumnName = "Image", ChosenOptionsCallback = chosen => told = chosen, Seed = 1 }).LastTransformer;
        CollectionAssert.AreEqual(
            new[]
            {
                nameof(CnnOptions.BatchSize), nameof(CnnOptions.Epochs), nameof(CnnOptions.LearningRate), nameof(CnnOptions.Schedule),
                nameof(CnnOptions.Augmentation),
            },
            told!.Select(option => option.Name).ToArray());
        Assert.AreEqual("BatchSize 16: the network's own of 64 would leave an epoch of 50 images 1 step", told![0].ToString());
        Assert.HasCount(100, model.History);
        Assert.AreEqual(4, model.History[0].Steps);
        Assert.AreEqual(ImageAugmentation.Preset("writing"), model.Scorer.Model.Augmentation);
    }

    /// <summary>Protects a user's own values: nothing is chosen beside them, and "none" and "never" are values too.</summary>
    [TestMethod]
    public void Own_values_always_count()
    {
        var told = new List<CnnChosenOption>();
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(50), new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 20,
            BatchSize = 50,
            LearningRate = 0.01,
            Schedule = LearningRateSchedule.Constant,
            Augmentation = ImageAugmentation.None,
            EarlyStopping = EarlyStopping.Never,
            ChosenOptionsCallback = told.AddRange,
        }).LastTransformer;
        Assert.IsEmpty(told);
        Assert.HasCount(20, model.History);
        Assert.AreEqual(1, model.History[0].Steps);
        Assert.AreEqual(0.01, model.History[^1].LearningRate);
        Assert.IsNull(model.Scorer.Model.Augmentation);
    }

    /// <summary>Protects a pipeline that augments by itself: its images are not augmented twice.</summary>
    [TestMethod]
    public void A_pipeline_that_augments_is_left_alone()
    {
        using var folder = TestImageFolder.OfDigits(20);
        string[] Chosen(bool augments)
        {
            var told = new List<CnnChosenOption>();
            IEstimator<ITransformer> images = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(s_mlContext.Transforms.LoadImages("Image", null, "ImagePath"));
            if (augments)
                images = images.Append<ITransformer>(s_mlContext.Transforms.RandomRotation("Image", degrees: (-20, 20)));
            images.Append(s_mlContext.MulticlassClassification.Trainers.LeNet(
                new LeNetOptions { FeatureColumnName = "Image", Epochs = 15, ChosenOptionsCallback = told.AddRange }))
                .Fit(s_mlContext.Data.LoadImageFolder(folder.Path));
            return [.. told.Select(option => option.Name)];
        }
        Assert.DoesNotContain(nameof(CnnOptions.Augmentation), Chosen(augments: true));
        Assert.Contains(nameof(CnnOptions.Augmentation), Chosen(augments: false));
    }

    /// <summary>Protects the rules: what is chosen for small and large data, for colors and gray, with weights and without.</summary>
    [TestMethod]
    [DataRow(244L, false, false, 16, 100, 0.0125, "light", null, 244, DisplayName = "a small folder")]
    [DataRow(1000L, false, true, 32, 63, 0.025, "writing", null, null, DisplayName = "digits")]
    [DataRow(5000L, false, false, 64, 26, 0.05, "light", null, null, DisplayName = "some thousand images")]
    [DataRow(50_000L, false, false, 64, 10, 0.05, null, null, null, DisplayName = "many images")]
    [DataRow(244L, true, false, 16, 30, 0.00125, "light", 10, 244, DisplayName = "a small folder and weights")]
    [DataRow(50_000L, true, false, 64, 10, 0.005, null, null, null, DisplayName = "many images and weights")]
    [DataRow(2L, false, false, 16, 100, 0.0125, "light", null, 2, DisplayName = "two images")]
    public void Defaults_follow_the_data(long images, bool hasWeights, bool isGray, int batchSize, int epochs, double rate, string? augmentation, int? patience,
        int? precise)
    {
        var options = new CnnOptions();
        var weights = hasWeights ? InitialWeights.From("resnet18") : null;
        var settings = options.ToSettings(ResNet.Create(18).Training, environmentSeed: 1, weights);
        var (chosen, told) = DataDefaults.Choose(settings, options.ToOpenOptions(), new DataFacts
        {
            Images = images,
            Processes = 1,
            OwnBatchSize = 64,
            HasWeights = hasWeights,
            IsValidated = true,
            IsGray = isGray,
            HasBatchNorm = true,
            IsAugmentedBefore = false,
            PublishedWeights = null,
        });
        Assert.AreEqual((batchSize, epochs), (chosen.Optimization.BatchSize, chosen.Optimization.Epochs), string.Join(Environment.NewLine, told));
        Assert.AreEqual(rate, chosen.Optimization.LearningRate, 1e-9);
        Assert.AreEqual(augmentation is null ? null : ImageAugmentation.Preset(augmentation), chosen.Input.Augmentation);
        Assert.AreEqual(precise, chosen.Averaging.PreciseBatchNorm);
        Assert.AreEqual(patience, chosen.Stopping.EarlyStopping?.Patience);
        Assert.IsTrue(chosen.Optimization.Schedule.WarmUpEpochs(epochs) <= 0.2 * epochs + 1e-9);
    }
}
