using Microsoft.ML;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Options outside their range, devices that are not there, networks that do not fit.</summary>
[TestClass]
public sealed class OptionsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private static readonly Dictionary<string, Action<LeNetOptions>[]> s_wrong = new()
    {
        [nameof(CnnOptions.FeatureColumnName)] = [o => o.FeatureColumnName = "", o => o.FeatureColumnName = null!],
        [nameof(CnnOptions.LabelColumnName)] = [o => o.LabelColumnName = " "],
        [nameof(CnnOptions.PredictedLabelColumnName)] = [o => o.PredictedLabelColumnName = ""],
        [nameof(CnnOptions.ScoreColumnName)] = [o => o.ScoreColumnName = "", o => o.ScoreColumnName = o.PredictedLabelColumnName],
        [nameof(CnnOptions.Epochs)] = [o => o.Epochs = 0, o => o.Epochs = -1],
        [nameof(CnnOptions.Steps)] = [o => o.Steps = 0],
        [nameof(CnnOptions.BatchSize)] = [o => o.BatchSize = 0],
        [nameof(CnnOptions.LearningRate)] = [o => o.LearningRate = 0, o => o.LearningRate = -1, o => o.LearningRate = double.NaN,
            o => o.LearningRate = double.PositiveInfinity],
        [nameof(CnnOptions.Momentum)] = [o => o.Momentum = 1, o => o.Momentum = -0.1, o => o.Momentum = double.NaN],
        [nameof(CnnOptions.Beta1)] = [o => o.Beta1 = 1, o => o.Beta1 = -0.1, o => o.Beta1 = double.NaN],
        [nameof(CnnOptions.Beta2)] = [o => o.Beta2 = 1, o => o.Beta2 = -0.1, o => o.Beta2 = double.NaN],
        [nameof(CnnOptions.Epsilon)] = [o => o.Epsilon = 0, o => o.Epsilon = double.NaN, o => o.Epsilon = double.PositiveInfinity],
        [nameof(CnnOptions.Alpha)] = [o => o.Alpha = 1, o => o.Alpha = -0.1, o => o.Alpha = double.NaN],
        [nameof(CnnOptions.WeightDecay)] = [o => o.WeightDecay = -1, o => o.WeightDecay = double.NaN],
        [nameof(CnnOptions.ImageSize)] = [o => o.ImageSize = 0],
        [nameof(CnnOptions.Channels)] = [o => o.Channels = 0, o => o.Channels = 2, o => o.Channels = 5],
        [nameof(CnnOptions.ReaderThreads)] = [o => o.ReaderThreads = 0],
        [nameof(CnnOptions.NetworkThreads)] = [o => o.NetworkThreads = 0],
        [nameof(CnnOptions.Optimizer)] = [o => o.Optimizer = (Optimizer)9],
        [nameof(CnnOptions.Nesterov)] = [o => (o.Nesterov, o.Optimizer) = (true, Optimizer.Adam), o => (o.Nesterov, o.Momentum) = (true, 0)],
        [nameof(CnnOptions.Schedule)] = [o => o.Schedule = LearningRateSchedule.Cosine.WithWarmUp(1)],
        [nameof(CnnOptions.ExampleWeightColumnName)] = [o => o.ExampleWeightColumnName = ""],
        [nameof(CnnOptions.LabelSmoothing)] = [o => o.LabelSmoothing = 1, o => o.LabelSmoothing = -0.1, o => o.LabelSmoothing = double.NaN,
            o => (o.LabelSmoothing, o.Loss) = (0.1, LossFunction.GeneralizedCrossEntropy()),
            o => (o.LabelSmoothing, o.Loss) = (0.1, LossFunction.SymmetricCrossEntropy())],
        [nameof(CnnOptions.Distillation)] = [o => o.Distillation = new("t") { Temperature = 0 }, o => o.Distillation = new("t") { Temperature = double.NaN },
            o => o.Distillation = new("t") { Share = 0 }, o => o.Distillation = new("t") { Share = 1.1 }],
        [nameof(CnnOptions.GradientClippingNorm)] = [o => o.GradientClippingNorm = 0, o => o.GradientClippingNorm = double.NaN,
            o => o.GradientClippingNorm = double.PositiveInfinity],
        [nameof(CnnOptions.GradientClippingValue)] = [o => o.GradientClippingValue = 0, o => o.GradientClippingValue = -1],
        [nameof(CnnOptions.GradientAccumulation)] = [o => o.GradientAccumulation = 0],
        [nameof(CnnOptions.ExponentialMovingAverage)] = [o => o.ExponentialMovingAverage = 0, o => o.ExponentialMovingAverage = 1,
            o => o.ExponentialMovingAverage = double.NaN],
        [nameof(CnnOptions.PreciseBatchNorm)] = [o => o.PreciseBatchNorm = -1],
        [nameof(CnnOptions.WeightAveraging)] = [o => o.WeightAveraging = new() { FromShare = 0 }, o => o.WeightAveraging = new() { FromShare = 1 },
            o => o.WeightAveraging = new() { LearningRate = 0 }, o => o.WeightAveraging = new() { EveryEpochs = 0 },
            o => (o.WeightAveraging, o.ExponentialMovingAverage) = (new(), 0.9), o => (o.WeightAveraging, o.Lookahead) = (new(), new()),
            o => (o.WeightAveraging, o.Schedule) = (new(), LearningRateSchedule.ReduceOnPlateau())],
        [nameof(CnnOptions.Lookahead)] = [o => o.Lookahead = new() { Steps = 0 }, o => o.Lookahead = new() { StepSize = 0 },
            o => o.Lookahead = new() { StepSize = 1.1 }, o => o.Lookahead = new() { LastStepSize = 0 }, o => o.Lookahead = new() { LastStepSize = 1.1 },
            o => (o.Lookahead, o.PreciseBatchNorm) = (new() { IncludesStatistics = true }, 100)],
        [nameof(CnnOptions.NormBiasRateFactor)] = [o => o.NormBiasRateFactor = 0, o => o.NormBiasRateFactor = double.NaN],
        [nameof(CnnOptions.StageEpochs)] = [o => o.StageEpochs = [0], o => o.StageEpochs = [3, -1]],
        [nameof(CnnOptions.SharpnessAwareRadius)] = [o => o.SharpnessAwareRadius = 0, o => o.SharpnessAwareRadius = double.NaN,
            o => (o.SharpnessAwareRadius, o.GradientAccumulation) = (0.05, 2)],
        [nameof(CnnOptions.LayerRateDecay)] = [o => o.LayerRateDecay = 0, o => o.LayerRateDecay = 1.1,
            o => (o.LayerRateDecay, o.StageLearningRates) = (0.5, [1, 1, 1, 1, 1])],
        [nameof(CnnOptions.Precision)] = [o => o.Precision = (Precision)9],
        [nameof(CnnOptions.PixelLayout)] = [o => o.PixelLayout = (PixelLayout)9],
        [nameof(CnnOptions.Cache)] = [o => o.Cache = (ImageCache)9],
        [nameof(CnnOptions.OnBadImage)] = [o => o.OnBadImage = (BadImageHandling)9],
        [nameof(CnnOptions.Freeze)] = [o => o.Freeze = (Freezing)9],
        [nameof(CnnOptions.EpochsPerStage)] = [o => o.EpochsPerStage = 0],
        [nameof(CnnOptions.StageLearningRates)] = [o => o.StageLearningRates = [1, -1], o => o.StageLearningRates = [double.NaN]],
        [nameof(CnnOptions.BatchNormStatistics)] = [o => o.BatchNormStatistics = (BatchNormStatistics)9],
        [nameof(CnnOptions.ValidationFraction)] = [o => o.ValidationFraction = 0, o => o.ValidationFraction = 1, o => o.ValidationFraction = double.NaN,
        o => (o.ValidationFraction, o.ValidationSet) = (0.1, s_mlContext.Data.GenerateDigits(10))],
        [nameof(CnnOptions.TimeBudget)] = [o => o.TimeBudget = TimeSpan.Zero, o => o.TimeBudget = TimeSpan.FromSeconds(-1)],
        [nameof(CnnOptions.OnCancellation)] = [o => o.OnCancellation = (CancellationHandling)9],
        [nameof(CnnOptions.EarlyStopping)] = [o => o.EarlyStopping = new() { Patience = 0 }, o => o.EarlyStopping = new() { MinimumChange = -1 }, o =>
        o.EarlyStopping = new() { MinimumChange = double.NaN }, o => o.EarlyStopping = new() { Metric = (EarlyStoppingMetric)9 },
            o => o.EarlyStopping = new() { Metric = EarlyStoppingMetric.ValidationLoss }],
        [nameof(CnnOptions.Checkpoints)] = [o => o.Checkpoints = new() { Folder = " " }, o => o.Checkpoints = new() { Folder = "c", EveryEpochs = 0 },
            o => o.Checkpoints = new() { Folder = "c", Every = TimeSpan.Zero }],
        [nameof(CnnOptions.PseudoLabels)] = [o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { Threshold = 1 },
            o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { Threshold = 0 },
            o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { Ratio = 0 },
            o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { Weight = 0 },
            o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { Weight = double.NaN },
            o => o.PseudoLabels = new(s_mlContext.Data.GenerateDigits(10)) { StrongAugmentation = null! }],
        [nameof(CnnOptions.ProgressiveResizing)] = [o => (o.ProgressiveResizing, o.MultiScale) = (ProgressiveResizing.Of(20), MultiScale.Of([20, 28]))],
        [nameof(CnnOptions.LogFolder)] = [o => o.LogFolder = "", o => o.LogFolder = " "],
        [nameof(CnnOptions.Logs)] = [o => o.Logs = (TrainingLogs)256],
        [nameof(CnnOptions.Distribution)] = [o => o.Distribution = null!, o => o.Distribution = new() { Patience = TimeSpan.Zero },
            o => (o.Distribution, o.SharpnessAwareRadius) = (new() { SynchronizedBatchNorm = true }, 0.05)],
        [nameof(CnnOptions.Device)] = [o => o.Device = "gpu", o => o.Device = "cuda:", o => o.Device = "cuda:-1", o => o.Device = "CPU ",
            o => o.Device = null!],
    };

    /// <summary>Protects users from options that make no sense: refused by name before any data is read.</summary>
    [TestMethod]
    public void Options_outside_their_range_are_refused_by_name()
    {
        foreach (var (name, changes) in s_wrong)
            foreach (var change in changes)
            {
                var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
                    s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: change)));
                Assert.AreEqual(name, error.ParamName);
                Assert.StartsWith($"{name} must be ", error.Message);
            }
    }

    /// <summary>Protects the table above: an option that is added without a range is noticed.</summary>
    [TestMethod]
    public void Every_option_has_a_range_or_needs_none()
    {
        string[] free = [nameof(CnnOptions.Seed), nameof(CnnOptions.ValidationSet), nameof(CnnOptions.Augmentation), nameof(CnnOptions.EpochCallback),
            nameof(CnnOptions.StepCallback), nameof(CnnOptions.Progress), nameof(CnnOptions.CancellationToken),
            nameof(CnnOptions.Weights), nameof(CnnOptions.WeightsCache), nameof(CnnOptions.DownloadProgress), nameof(CnnOptions.DecayBiasesAndNorms),
            nameof(CnnOptions.Loss), nameof(CnnOptions.KeepKnownClasses), nameof(CnnOptions.ClassWeights), nameof(CnnOptions.BalancedSampling),
            nameof(CnnOptions.MultiScale), nameof(CnnOptions.MemoryLayout), nameof(CnnOptions.GradientCentralization),
            nameof(CnnOptions.ChosenOptionsCallback)];
        CollectionAssert.AreEquivalent(typeof(CnnTrainerOptions).GetProperties().Select(p => p.Name).ToArray(), s_wrong.Keys.Concat(free).ToArray());
    }

    /// <summary>Protects networks from images that leave their layers nothing.</summary>
    [TestMethod]
    public void Too_small_an_image_size_is_refused()
    {
        var digits = s_mlContext.Data.GenerateDigits(20, size: 8);
        var given = Assert.Throws<ArgumentOutOfRangeException>(() =>
            s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(20), Pipelines.Options(change: o => o.ImageSize = 8)));
        var found = Assert.Throws<ArgumentOutOfRangeException>(() => s_mlContext.FitLeNet(digits));
        foreach (var error in (ArgumentOutOfRangeException[])[given, found])
        {
            Assert.AreEqual(nameof(CnnOptions.ImageSize), error.ParamName);
            Assert.Contains("at least 12", error.Message);
        }
    }

    /// <summary>Protects users without a GPU: asking for one is an error that says what is missing, …</summary>
    [TestMethod]
    [DataRow("cuda", null, "cuda:0")]
    [DataRow("cuda:7", null, "cuda:7")]
    [DataRow("auto", 9, "cuda:9")]
    public void A_missing_GPU_is_an_error(string device, int? id, string named)
    {
        if (TorchSharp.torch.cuda.is_available() && device == "cuda")
            Assert.Inconclusive("Skipped: this machine has a GPU.");
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = id };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            mlContext.FitLeNet(mlContext.Data.GenerateDigits(20), Pipelines.Options(change: o => o.Device = device)));
        Assert.StartsWith($"{named} was asked for, but ", error.Message);
        Assert.Contains("FallbackToCpu", error.Message);
    }

    /// <summary>… and the CPU takes over, with a warning, where ML.NET's own switch says so.</summary>
    [TestMethod]
    public void FallbackToCpu_falls_back_with_a_warning()
    {
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = 9, FallbackToCpu = true };
        var messages = mlContext.Listen();
        Assert.AreEqual("cpu", mlContext.FitLeNet(mlContext.Data.GenerateDigits(20)).LastTransformer.Device);
        Assert.Contains(m => m.StartsWith("Warning: cuda:9", StringComparison.Ordinal), messages);
    }

    /// <summary>Protects authors of networks: a shape that cannot be scored is told as such, not as libtorch's error.</summary>
    [TestMethod]
    public void A_network_that_returns_another_shape_is_told_what_it_must_return()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(20), (channels, classes) => Networks.Unmarked(channels, classes + 1)));
        Assert.Contains("16×11", error.Message);
        Assert.Contains("16×10", error.Message);
        var flat = Assert.ThrowsExactly<InvalidOperationException>(() =>
            s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(20), (_, _) => TorchSharp.torch.nn.Identity()));
        Assert.Contains("16×10", flat.Message);
    }

    /// <summary>Protects networks of a user's own: they train as the library's.</summary>
    [TestMethod]
    public void A_network_of_ones_own_learns()
    {
        var model = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(1000), Networks.Marked, o => (o.Epochs, o.Cache) = (4, ImageCache.Memory));
        Assert.AreEqual("custom", model.Architecture.Name);
        var first = model.History[0];
        Assert.IsLessThan(first.Loss, model.History[^1].Loss);
        Assert.IsGreaterThan(0.4, model.History[^1].Accuracy);
    }

    /// <summary>Protects users from a model that they can save and not load: Fit warns about a network that no file can name.</summary>
    [TestMethod]
    public void Fit_warns_about_a_network_that_cannot_be_loaded()
    {
        foreach (var (network, warned) in ((Func<int, int, TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>>,
            bool)[])[(Networks.Marked, false), (Networks.Unmarked, true), ((c, n) => Networks.Marked(c, n), true)])
        {
            var mlContext = new MLContext(seed: 1);
            var messages = mlContext.Listen();
            mlContext.FitOwn(mlContext.Data.GenerateDigits(20), network);
            Assert.AreEqual(warned, messages.Any(m => m.StartsWith("Warning", StringComparison.Ordinal)
                && m.Contains("[CnnNetwork]", StringComparison.Ordinal)));
        }
    }

    /// <summary>Protects logs and error messages: of a file with several sets of weights they name the one that was asked for.</summary>
    [TestMethod]
    public void Initial_weights_name_their_file_and_entry()
    {
        Assert.AreEqual("w.pth", InitialWeights.From("w.pth").ToString());
        Assert.AreEqual("w.pth ['state_dict_ema']", InitialWeights.From("w.pth", "state_dict_ema").ToString());
        Assert.AreEqual("ResNet18_Weights.IMAGENET1K_V1", InitialWeights.From(PretrainedWeights.ResNet18ImageNet1KV1).ToString());
    }
}
