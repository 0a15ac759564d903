using System.Collections;
using Microsoft.ML;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Protects that a trainer trains by the options that it was made with, and that no option is forgotten on the way to model files and checkpoints.</summary>
[TestClass]
public sealed class TrainingSettingsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    [TestMethod]
    public void Options_that_change_later_change_no_trainer()
    {
        var rates = new List<double>();
        var options = Pipelines.Options(epochs: 1, o => (o.BatchSize, o.LearningRate, o.StageLearningRates) = (50, 0.01, rates));
        for (var stage = 0; stage < Trainers.Architectures.LeNet.Create().Stages.Count; stage++)
            rates.Add(1);
        options.EarlyStopping = new() { Patience = 3 };
        options.EarlyStopping.Metric = EarlyStoppingMetric.TrainingLoss;
        var trainer = s_mlContext.MulticlassClassification.Trainers.LeNet(options);
        (options.Epochs, options.BatchSize, options.LearningRate, options.FeatureColumnName) = (-1, 1, 1000, "Nothing");
        options.EpochCallback = _ => Assert.Fail("set after the trainer was made");
        options.EarlyStopping.Patience = -5;
        rates.Clear();

        var digits = s_mlContext.Data.GenerateDigits(100);
        var model = trainer.Fit(s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits));
        Assert.HasCount(1, model.History);
        Assert.AreEqual(2, model.History[0].Steps);
        Assert.AreEqual("Image", model.FeatureColumnName);
    }

    /// <summary>A new option must reach the settings or the handles: what is set in the options has to be found there.</summary>
    [TestMethod]
    public void Every_option_is_a_setting_or_a_handle()
    {
        string[] settings = [.. CheckpointIdentity.Sections.SelectMany(section => section.PropertyType.GetProperties()).Select(p => p.Name), "Seed"];
        string[] handles = [.. typeof(TrainingHandles).GetProperties().Select(p => p.Name)];
        string[] options = [.. typeof(CnnTrainerOptions).GetProperties().Select(p => p.Name)];
        Assert.AreEqual("", string.Join(", ", options.Except([.. settings, .. handles])), "options that nothing trains by");
        Assert.AreEqual("RankedBy", string.Join(", ", settings.Except(options)), "settings that no option sets");
        Assert.AreEqual("", string.Join(", ", handles.Except(options)), "handles that no option sets");
    }

    /// <summary>Every setting under one name: a checkpoint's identity is flat.</summary>
    [TestMethod]
    public void No_two_settings_share_a_name()
    {
        string[] names = [.. CheckpointIdentity.Sections.SelectMany(section => section.PropertyType.GetProperties()).Select(p => p.Name)];
        CollectionAssert.AllItemsAreUnique((ICollection)names);
    }

    /// <summary>A flat vector of pixels means another image in another layout: a training cannot go on with it.</summary>
    [TestMethod]
    public void Resuming_with_another_pixel_layout_is_refused_by_name()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-layout").FullName;
        void Fit(PixelLayout layout, bool resume) => s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60), Pipelines.Options(epochs: resume ? 2 : 1, o =>
        {
            (o.PixelLayout, o.Seed) = (layout, 1);
            o.Schedule = LearningRateSchedule.Constant;
            o.Checkpoints = new() { Folder = folder, Resume = resume };
        }));
        Fit(PixelLayout.Auto, resume: false);
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(PixelLayout.HeightWidthChannels, resume: true));
        StringAssert.Contains(e.Message, "PixelLayout was \"auto\" and is \"heightWidthChannels\"");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Model files hold the settings whole, and the plan by which the network ran.</summary>
    [TestMethod]
    public void A_model_says_how_it_was_trained()
    {
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60), Pipelines.Options(epochs: 1, o =>
            (o.LabelSmoothing, o.Seed, o.Augmentation) = (0.05, 7, new ImageAugmentation([new RandomRotation((-5, 5))])))).LastTransformer;
        var training = model.Scorer.Model.Training!;
        Assert.AreEqual(0.05, training.Settings.GetProperty("optimization").GetProperty("labelSmoothing").GetDouble());
        Assert.AreEqual(7, training.Settings.GetProperty("seed").GetInt32());
        Assert.AreEqual("float32", training.Plan!.Value.GetProperty("precision").GetString());
    }
}
