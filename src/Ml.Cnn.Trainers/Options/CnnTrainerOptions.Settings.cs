using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

public abstract partial class CnnTrainerOptions
{
    /// <summary>
    /// The settings of a training as they are now, with every default filled in: what is changed here later changes no trainer that was made before.
    /// </summary>
    /// <param name="defaults">The network's own.</param>
    /// <param name="environmentSeed">ML.NET's seed, where the options have none.</param>
    /// <param name="ownWeights">The weights that came with the network, where the options have none.</param>
    internal TrainingSettings ToSettings(TrainingDefaults defaults, int? environmentSeed, InitialWeights? ownWeights = null) =>
        ToSettings(defaults, OptimizerInfo.Of(Optimizer), environmentSeed, Weights ?? ownWeights);

    private TrainingSettings ToSettings(TrainingDefaults defaults, OptimizerInfo optimizer, int? environmentSeed, InitialWeights? weights) => new()
    {
        Columns = new()
        {
            FeatureColumnName = FeatureColumnName,
            LabelColumnName = LabelColumnName,
            ExampleWeightColumnName = ExampleWeightColumnName,
            PredictedLabelColumnName = PredictedLabelColumnName,
            ScoreColumnName = ScoreColumnName,
        },
        Input = new()
        {
            ImageSize = ImageSize,
            Channels = Channels,
            PixelLayout = PixelLayout,
            Augmentation = Augmentation == ImageAugmentation.None ? null : Augmentation,
            OnBadImage = OnBadImage,
            Cache = Cache,
            ReaderThreads = ReaderThreads ?? Environment.ProcessorCount,
        },
        Sampling = new()
        {
            BalancedSampling = BalancedSampling,
            MultiScale = MultiScale,
            ProgressiveResizing = ProgressiveResizing,
            ValidationFraction = ValidationFraction,
        },
        Optimization = new()
        {
            Epochs = Epochs ?? LeastEpochs,
            Steps = Steps,
            BatchSize = BatchSize ?? defaults.BatchSize,
            LearningRate = LearningRate ?? DefaultLearningRate(optimizer.LearningRate ?? defaults.LearningRate, weights),
            Schedule = Schedule ?? LearningRateSchedule.Cosine,
            Optimizer = Optimizer,
            Momentum = Momentum,
            Nesterov = Nesterov,
            Beta1 = Beta1 ?? optimizer.Beta1,
            Beta2 = Beta2 ?? optimizer.Beta2,
            Epsilon = Epsilon ?? optimizer.Epsilon,
            Alpha = Alpha ?? optimizer.Alpha,
            WeightDecay = WeightDecay ?? optimizer.WeightDecay ?? defaults.WeightDecay,
            DecayBiasesAndNorms = DecayBiasesAndNorms,
            LabelSmoothing = LabelSmoothing,
            ClassWeights = ClassWeights,
            GradientClippingNorm = GradientClippingNorm,
            GradientClippingValue = GradientClippingValue,
            GradientAccumulation = GradientAccumulation,
            ExponentialMovingAverage = ExponentialMovingAverage,
            GradientCentralization = GradientCentralization,
            SharpnessAwareRadius = SharpnessAwareRadius,
            Lookahead = Lookahead,
            NormBiasRateFactor = NormBiasRateFactor,
        },
        Loss = new() { Loss = Loss, Distillation = Distillation?.ToSettings(), PseudoLabels = PseudoLabels?.ToSettings() },
        Averaging = new() { PreciseBatchNorm = PreciseBatchNorm is 0 ? null : PreciseBatchNorm, WeightAveraging = WeightAveraging },
        Transfer = new()
        {
            Weights = weights?.ToString(),
            KeepKnownClasses = KeepKnownClasses ? true : null,
            Freeze = Freeze,
            EpochsPerStage = EpochsPerStage,
            LayerRateDecay = LayerRateDecay,
            StageLearningRates = StageLearningRates is { } rates ? [.. rates] : null,
            StageEpochs = StageEpochs is { } epochs ? [.. epochs] : null,
            BatchNormStatistics = BatchNormStatistics,
        },
        Stopping = new()
        {
            EarlyStopping = EarlyStopping is { IsNever: false } stopping
                ? new() { Metric = stopping.Metric, Patience = stopping.Patience, MinimumChange = stopping.MinimumChange }
                : null,
            TimeBudget = TimeBudget,
            OnCancellation = OnCancellation,
        },
        Sharing = new() { Distribution = DistributionSettings.Of(Distribution) },
        Execution = new() { Device = Device, Precision = Precision, MemoryLayout = MemoryLayout, NetworkThreads = NetworkThreads },
        Seed = Seed ?? environmentSeed,
    };

    /// <summary>Epochs where the options leave them open, before there is a look at the data, which may say more.</summary>
    internal const int LeastEpochs = 10;

    /// <summary>The options that are left to the data, as they are now.</summary>
    internal OpenOptions ToOpenOptions() => new()
    {
        Epochs = Epochs is null,
        BatchSize = BatchSize is null,
        LearningRate = LearningRate is null,
        Schedule = Schedule is null,
        Augmentation = Augmentation is null,
        EarlyStopping = EarlyStopping is null,
        PreciseBatchNorm = PreciseBatchNorm is null,
    };

    /// <summary>What a training is given beside its settings, as it is now.</summary>
    /// <param name="ownWeights">The weights that came with the network, where the options have none.</param>
    internal TrainingHandles ToHandles(InitialWeights? ownWeights = null) => new()
    {
        Open = ToOpenOptions(),
        ValidationSet = ValidationSet,
        Weights = Weights ?? ownWeights,
        Distillation = Distillation,
        PseudoLabels = PseudoLabels,
        WeightsCache = WeightsCache,
        DownloadProgress = DownloadProgress,
        Checkpoints = Checkpoints is { } checkpoints
            ? new() { Folder = checkpoints.Folder, EveryEpochs = checkpoints.EveryEpochs, Every = checkpoints.Every, Resume = checkpoints.Resume }
            : null,
        LogFolder = LogFolder,
        Logs = Logs,
        ChosenOptionsCallback = ChosenOptionsCallback,
        EpochCallback = EpochCallback,
        StepCallback = StepCallback,
        Progress = Progress,
        CancellationToken = CancellationToken,
    };

    // Trained weights are near a good place already; a head on a frozen trunk starts afresh.
    private double DefaultLearningRate(double fromRandomWeights, InitialWeights? weights) =>
        (weights is not null && Freeze != Freezing.Backbone ? 0.1 : 1) * fromRandomWeights;
}
