using System.Collections;
using Microsoft.ML;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>
/// Protects that a trainer trains by the options that it was made with, and that no option is forgotten on the way to model files and checkpoints.
/// </summary>
[TestClass]
public sealed class TrainingSettingsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    // For every option a value other than its default.
    private static readonly Dictionary<string, object> s_others = new()
    {
        [nameof(CnnOptions.FeatureColumnName)] = "Photo",
        [nameof(CnnOptions.LabelColumnName)] = "Class",
        [nameof(CnnOptions.ExampleWeightColumnName)] = "Weight",
        [nameof(CnnOptions.PredictedLabelColumnName)] = "Guess",
        [nameof(CnnOptions.ScoreColumnName)] = "Probability",
        [nameof(CnnOptions.Epochs)] = 3,
        [nameof(CnnOptions.Steps)] = 300,
        [nameof(CnnOptions.BatchSize)] = 7,
        [nameof(CnnOptions.LearningRate)] = 0.123,
        [nameof(CnnOptions.Schedule)] = LearningRateSchedule.Linear,
        [nameof(CnnOptions.Optimizer)] = Optimizer.Adam,
        [nameof(CnnOptions.Momentum)] = 0.5,
        [nameof(CnnOptions.Nesterov)] = true,
        [nameof(CnnOptions.Beta1)] = 0.7,
        [nameof(CnnOptions.Beta2)] = 0.8,
        [nameof(CnnOptions.Epsilon)] = 0.1,
        [nameof(CnnOptions.Alpha)] = 0.6,
        [nameof(CnnOptions.WeightDecay)] = 0.321,
        [nameof(CnnOptions.DecayBiasesAndNorms)] = false,
        [nameof(CnnOptions.Loss)] = LossFunction.Focal(),
        [nameof(CnnOptions.Distillation)] = new Distillation("teacher.zip"),
        [nameof(CnnOptions.PseudoLabels)] = new PseudoLabels(s_mlContext.Data.GenerateDigits(10)),
        [nameof(CnnOptions.LabelSmoothing)] = 0.1,
        [nameof(CnnOptions.ClassWeights)] = ClassWeights.Balanced,
        [nameof(CnnOptions.BalancedSampling)] = true,
        [nameof(CnnOptions.GradientClippingNorm)] = 1.0,
        [nameof(CnnOptions.GradientClippingValue)] = 1.0,
        [nameof(CnnOptions.GradientAccumulation)] = 2,
        [nameof(CnnOptions.ExponentialMovingAverage)] = 0.9,
        [nameof(CnnOptions.PreciseBatchNorm)] = 100,
        [nameof(CnnOptions.WeightAveraging)] = new StochasticWeightAveraging(),
        [nameof(CnnOptions.Lookahead)] = new Lookahead(),
        [nameof(CnnOptions.Distribution)] = new Distribution { SynchronizedBatchNorm = true },
        [nameof(CnnOptions.SharpnessAwareRadius)] = 0.05,
        [nameof(CnnOptions.GradientCentralization)] = true,
        [nameof(CnnOptions.LayerRateDecay)] = 0.75,
        [nameof(CnnOptions.NormBiasRateFactor)] = 64.0,
        [nameof(CnnOptions.StageEpochs)] = (int[])[2, 3],
        [nameof(CnnOptions.MultiScale)] = MultiScale.Of([32, 64]),
        [nameof(CnnOptions.ProgressiveResizing)] = ProgressiveResizing.Of(32, 64),
        [nameof(CnnOptions.Weights)] = InitialWeights.From("weights.pth"),
        [nameof(CnnOptions.KeepKnownClasses)] = true,
        [nameof(CnnOptions.Freeze)] = Freezing.Stages,
        [nameof(CnnOptions.EpochsPerStage)] = 2,
        [nameof(CnnOptions.StageLearningRates)] = (double[])[1, 2],
        [nameof(CnnOptions.BatchNormStatistics)] = BatchNormStatistics.Fixed,
        [nameof(CnnOptions.WeightsCache)] = new WeightsCache(Path.GetTempPath()),
        [nameof(CnnOptions.DownloadProgress)] = new Progress<WeightsProgress>(),
        [nameof(CnnOptions.ImageSize)] = 48,
        [nameof(CnnOptions.Channels)] = 4,
        [nameof(CnnOptions.PixelLayout)] = PixelLayout.ChannelsHeightWidth,
        [nameof(CnnOptions.Seed)] = 5,
        [nameof(CnnOptions.Device)] = "cpu",
        [nameof(CnnOptions.Precision)] = Precision.BFloat16,
        [nameof(CnnOptions.MemoryLayout)] = MemoryLayout.ChannelsLast,
        [nameof(CnnOptions.ValidationSet)] = s_mlContext.Data.GenerateDigits(10),
        [nameof(CnnOptions.ValidationFraction)] = 0.2,
        [nameof(CnnOptions.EarlyStopping)] = new EarlyStopping(),
        [nameof(CnnOptions.TimeBudget)] = TimeSpan.FromHours(1),
        [nameof(CnnOptions.Checkpoints)] = new CheckpointOptions { Folder = "checkpoints" },
        [nameof(CnnOptions.OnBadImage)] = BadImageHandling.Skip,
        [nameof(CnnOptions.Augmentation)] = ImageAugmentation.Preset("light"),
        [nameof(CnnOptions.Cache)] = ImageCache.File,
        [nameof(CnnOptions.ReaderThreads)] = 77,
        [nameof(CnnOptions.NetworkThreads)] = 77,
        [nameof(CnnOptions.ChosenOptionsCallback)] = (Action<IReadOnlyList<CnnChosenOption>>)(_ => { }),
        [nameof(CnnOptions.EpochCallback)] = (Action<CnnEpoch>)(_ => { }),
        [nameof(CnnOptions.StepCallback)] = (Action<CnnStep>)(_ => { }),
        [nameof(CnnOptions.Progress)] = new Progress<CnnProgress>(),
        [nameof(CnnOptions.LogFolder)] = "logs",
        [nameof(CnnOptions.Logs)] = TrainingLogs.Csv,
        [nameof(CnnOptions.CancellationToken)] = new CancellationToken(canceled: true),
        [nameof(CnnOptions.OnCancellation)] = CancellationHandling.Throw,
    };

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
        Assert.AreEqual("", string.Join(", ", handles.Except([.. options, nameof(TrainingHandles.Open)])), "handles that no option sets");
    }

    /// <summary>
    /// An option under the right name may still be filled from the wrong one: each value that is not the default has to change the settings or the
    /// handles.
    /// </summary>
    [TestMethod]
    public void Every_option_s_value_arrives()
    {
        foreach (var option in typeof(CnnOptions).GetProperties())
        {
            Assert.IsTrue(s_others.TryGetValue(option.Name, out var other), $"Give this test a value of {option.Name} that is not its default.");
            var options = new CnnOptions();
            var before = Values(options);
            option.SetValue(options, other);
            var after = Values(options);
            Assert.AreNotEqual(before[option.Name], after[option.Name], $"{option.Name} gets lost");
            Assert.AreEqual("", string.Join(", ",
                after.Keys.Where(name => name != option.Name && !DependsOn(name, option.Name) && !Equals(before[name], after[name]))),
                $"{option.Name} changes others");
        }

        // The early stopping's metric has a name of its own, and trained weights are trained further at a lower rate.
        static bool DependsOn(string name, string option) =>
            (name, option) is ("RankedBy", "EarlyStopping") or ("LearningRate", "Weights" or "Optimizer")
                or ("WeightDecay" or "Beta1" or "Beta2" or "Epsilon" or "Alpha", "Optimizer");

        static Dictionary<string, object?> Values(CnnOptions options)
        {
            var (settings, handles) = (options.ToSettings(Trainers.Architectures.LeNet.Create().Training, environmentSeed: null), options.ToHandles());
            var values = CheckpointIdentity.Sections.SelectMany(section => section.PropertyType.GetProperties()
                .Select(p => (p.Name, Value: p.GetValue(section.GetValue(settings)))))
                .Append((nameof(settings.Seed), settings.Seed)).ToDictionary(pair => pair.Item1, pair => pair.Item2);
            string[] inSettingsToo = [nameof(CnnOptions.Weights), nameof(CnnOptions.Distillation), nameof(CnnOptions.PseudoLabels),
                nameof(TrainingHandles.Open)]; // in words, or whether
            foreach (var handle in typeof(TrainingHandles).GetProperties().Where(p => !inSettingsToo.Contains(p.Name)))
                values.Add(handle.Name, handle.GetValue(handles));
            return values;
        }
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

    /// <summary>Protects checkpoints of before these were options: they went by the optimizer's defaults, and go on under them alone.</summary>
    [TestMethod]
    public void A_checkpoint_without_the_optimizer_s_constants_went_by_the_defaults()
    {
        var wanted = Wanted(new CnnOptions { Optimizer = Optimizer.Adam });
        var saved = Header(wanted.Where(pair => pair.Key is not ("Beta1" or "Beta2" or "Epsilon" or "Alpha")));
        CheckpointIdentity.RequireSame(saved, wanted, "c");
        var e = Assert.ThrowsExactly<InvalidOperationException>(() =>
            CheckpointIdentity.RequireSame(saved, Wanted(new CnnOptions { Optimizer = Optimizer.Adam, Beta2 = 0.9 }), "c"));
        StringAssert.Contains(e.Message, "'c' is of another training: Beta2 was 0.999 and is 0.9. Set");
    }

    /// <summary>A refusal names options as users know them.</summary>
    [TestMethod]
    public void Another_metric_of_early_stopping_is_refused_under_the_option_s_name()
    {
        var saved = Header(Wanted(new CnnOptions()));
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => CheckpointIdentity.RequireSame(
            saved, Wanted(new CnnOptions { EarlyStopping = new() { Metric = EarlyStoppingMetric.TrainingLoss } }), "c"));
        StringAssert.Contains(e.Message, "EarlyStopping.Metric was null and is \"trainingLoss\"");
    }

    private static IReadOnlyDictionary<string, string> Wanted(CnnOptions options)
    {
        var architecture = Trainers.Architectures.LeNet.Create();
        return CheckpointIdentity.Of(options.ToSettings(architecture.Training, environmentSeed: 1), architecture, new(1, 28, 28, 10), [], new(), "", null);
    }

    private static CheckpointHeader Header(IEnumerable<KeyValuePair<string, string>> settings) => new()
    {
        Settings = settings.ToDictionary(),
        Seed = 1,
        Plan = new("cpu", false, null, 1),
        Position = new(),
        Numbers = new Dictionary<string, IReadOnlyDictionary<string, double>>(),
    };

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
