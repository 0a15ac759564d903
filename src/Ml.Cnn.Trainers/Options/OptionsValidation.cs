using System.Globalization;
using static Ml.Cnn.Trainers.Settings.OptionCheck;

namespace Ml.Cnn.Trainers;

/// <summary>The ranges that the options' documentation states, checked in one place.</summary>
internal static class OptionsValidation
{
    public static void Check(CnnTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name(options.FeatureColumnName, nameof(options.FeatureColumnName));
        Name(options.LabelColumnName, nameof(options.LabelColumnName));
        Name(options.PredictedLabelColumnName, nameof(options.PredictedLabelColumnName));
        Name(options.ScoreColumnName, nameof(options.ScoreColumnName));
        if (options.PredictedLabelColumnName == options.ScoreColumnName)
            throw Wrong(nameof(options.ScoreColumnName), options.ScoreColumnName, $"a name other than {nameof(options.PredictedLabelColumnName)}'s");
        Require(options.Epochs is null or >= 1, nameof(options.Epochs), options.Epochs, "at least 1");
        Require(options.Steps is null or >= 1, nameof(options.Steps), options.Steps, "at least 1");
        Require(options.BatchSize is null or >= 1, nameof(options.BatchSize), options.BatchSize, "at least 1");
        Require(options.LearningRate is null or (> 0 and < double.PositiveInfinity), nameof(options.LearningRate), options.LearningRate, "above 0");
        Require(options.Momentum is >= 0 and < 1, nameof(options.Momentum), options.Momentum, "from 0 to below 1");
        Require(options.WeightDecay is null or (>= 0 and < double.PositiveInfinity), nameof(options.WeightDecay), options.WeightDecay, "0 or more");
        Require(options.ImageSize is null or >= 1, nameof(options.ImageSize), options.ImageSize, "at least 1");
        Require(options.Channels is null or 1 or 3 or 4, nameof(options.Channels), options.Channels, "1 (gray), 3 (RGB) or 4 (RGBA)");
        Require(options.ReaderThreads is null or >= 1, nameof(options.ReaderThreads), options.ReaderThreads, "at least 1");
        Require(options.NetworkThreads is null or >= 1, nameof(options.NetworkThreads), options.NetworkThreads, "at least 1");
        Optimization(options);
        Require(Enum.IsDefined(options.Precision), nameof(options.Precision), options.Precision, "one of the precisions");
        Require(Enum.IsDefined(options.MemoryLayout), nameof(options.MemoryLayout), options.MemoryLayout, "one of the memory layouts");
        Require(Enum.IsDefined(options.PixelLayout), nameof(options.PixelLayout), options.PixelLayout, "one of the layouts");
        Require(Enum.IsDefined(options.Cache), nameof(options.Cache), options.Cache, "None, Memory or File");
        Require(Enum.IsDefined(options.OnBadImage), nameof(options.OnBadImage), options.OnBadImage, "Fail or Skip");
        Require(Enum.IsDefined(options.Freeze), nameof(options.Freeze), options.Freeze, "None, Backbone or Stages");
        Require(options.EpochsPerStage >= 1, nameof(options.EpochsPerStage), options.EpochsPerStage, "at least 1");
        Require(options.StageLearningRates?.All(factor => factor is >= 0 and < double.PositiveInfinity) ?? true, nameof(options.StageLearningRates),
            options.StageLearningRates, "factors of 0 or more");
        Require(Enum.IsDefined(options.BatchNormStatistics), nameof(options.BatchNormStatistics), options.BatchNormStatistics,
            "OfTrainedStages, Fixed or Updated");
        Require(options.LogFolder is null || !string.IsNullOrWhiteSpace(options.LogFolder), nameof(options.LogFolder), options.LogFolder,
            "the path of a folder");
        Require((options.Logs & ~TrainingLogs.All) == 0, nameof(options.Logs), options.Logs, "logs that there are");
        Device(options.Device, nameof(options.Device));
        Sharing(options);
        CheckControl(options);
    }

    private static void Sharing(CnnTrainerOptions options)
    {
        Require(options.Distribution is not null, nameof(options.Distribution), null, $"{nameof(Distribution.Auto)}, {nameof(Distribution.None)} or one made new");
        var distribution = options.Distribution!;
        Require(distribution.Patience > TimeSpan.Zero, nameof(options.Distribution), distribution.Patience, "of a patience above 0");
        Require(!distribution.SynchronizedBatchNorm || options.SharpnessAwareRadius is null, nameof(options.Distribution), distribution,
            $"without {nameof(distribution.SynchronizedBatchNorm)} beside {nameof(options.SharpnessAwareRadius)}: each process climbs by its own gradient");
    }

    private static void CheckControl(CnnTrainerOptions options)
    {
        Require(options.ValidationFraction is null or (> 0 and < 1), nameof(options.ValidationFraction), options.ValidationFraction, "above 0 and below 1");
        Require(options.ValidationFraction is null || options.ValidationSet is null, nameof(options.ValidationFraction), options.ValidationFraction,
            $"left out beside a {nameof(options.ValidationSet)}");
        Require(options.TimeBudget is null || options.TimeBudget > TimeSpan.Zero, nameof(options.TimeBudget), options.TimeBudget, "above 0");
        Require(Enum.IsDefined(options.OnCancellation), nameof(options.OnCancellation), options.OnCancellation, "ReturnBest or Throw");
        if (options.EarlyStopping is { } stopping)
        {
            Require(stopping.Patience >= 1, nameof(options.EarlyStopping), stopping.Patience, "of a patience of at least 1");
            Require(stopping.MinimumChange is >= 0 and < double.PositiveInfinity, nameof(options.EarlyStopping), stopping.MinimumChange,
                "of a minimum change of 0 or more");
            Require(stopping.Metric is not { } metric || Enum.IsDefined(metric), nameof(options.EarlyStopping), stopping.Metric, "by one of the metrics");
            Require(stopping.Metric is null or EarlyStoppingMetric.TrainingLoss || options.ValidationSet is not null || options.ValidationFraction is not null,
                nameof(options.EarlyStopping), stopping.Metric, $"by the training loss without a {nameof(options.ValidationSet)} or "
                    + $"{nameof(options.ValidationFraction)}");
        }
        if (options.Checkpoints is { } checkpoints)
        {
            Require(!string.IsNullOrWhiteSpace(checkpoints.Folder), nameof(options.Checkpoints), checkpoints.Folder, "in a folder with a name");
            Require(checkpoints.EveryEpochs is null or >= 1, nameof(options.Checkpoints), checkpoints.EveryEpochs, "at least 1 epoch apart");
            Require(checkpoints.Every is null || checkpoints.Every > TimeSpan.Zero, nameof(options.Checkpoints), checkpoints.Every,
                "written every so often above 0");
        }
    }

    private static void CheckOptimizer(CnnTrainerOptions options)
    {
        Require(Enum.IsDefined(options.Optimizer), nameof(options.Optimizer), options.Optimizer, "one of the optimizers");
        Require(!options.Nesterov || (OptimizerInfo.Of(options.Optimizer).HasNesterov && options.Momentum > 0), nameof(options.Nesterov), options.Nesterov,
            "false without SGD's momentum");
        Require(options.Beta1 is null or (>= 0 and < 1), nameof(options.Beta1), options.Beta1, "from 0 to below 1");
        Require(options.Beta2 is null or (>= 0 and < 1), nameof(options.Beta2), options.Beta2, "from 0 to below 1");
        Require(options.Epsilon is null or (> 0 and < double.PositiveInfinity), nameof(options.Epsilon), options.Epsilon, "above 0");
        Require(options.Alpha is null or (>= 0 and < 1), nameof(options.Alpha), options.Alpha, "from 0 to below 1");
        Constant(options.Beta1, nameof(options.Beta1), info => info.Beta1);
        Constant(options.Beta2, nameof(options.Beta2), info => info.Beta2);
        Constant(options.Epsilon, nameof(options.Epsilon), info => info.Epsilon);
        Constant(options.Alpha, nameof(options.Alpha), info => info.Alpha);

        void Constant(double? given, string name, Func<OptimizerInfo, double?> ofOptimizer)
        {
            if (given is null || ofOptimizer(OptimizerInfo.Of(options.Optimizer)) is not null)
                return;
            var users = OptimizerInfo.All.Where(info => ofOptimizer(info) is not null);
            throw Unfit(name, $"{name} cannot be set for {options.Optimizer}, which does not use it. Optimizers that do: {string.Join(", ", users)}.");
        }
    }

    private static void Optimization(CnnTrainerOptions options)
    {
        CheckOptimizer(options);
        Averaging(options);
        if (options.ExampleWeightColumnName is not null)
            Name(options.ExampleWeightColumnName, nameof(options.ExampleWeightColumnName));
        var epochs = options.Epochs ?? CnnTrainerOptions.LeastEpochs;
        Require(options.Schedule is not { } schedule || schedule.WarmUpEpochs(epochs) < epochs, nameof(options.Schedule), options.Schedule,
            string.Create(CultureInfo.InvariantCulture,
                $"one whose warm-up of {options.Schedule?.WarmUpEpochs(epochs)} epochs is shorter than the {epochs} epochs of training"));
        Require(options.LabelSmoothing is >= 0 and < 1, nameof(options.LabelSmoothing), options.LabelSmoothing, "from 0 to below 1");
        Require(options.LabelSmoothing == 0 || options.Loss is null or { Loss.TakesLabelSmoothing: true }, nameof(options.LabelSmoothing),
            options.LabelSmoothing, $"0 with the loss {options.Loss}, which takes labels as they are");
        if (options.Distillation is { } distillation)
        {
            Require(distillation.Temperature is > 0 and < double.PositiveInfinity, nameof(options.Distillation), distillation.Temperature,
                "of a temperature above 0");
            Require(distillation.Share is > 0 and <= 1, nameof(options.Distillation), distillation.Share, "of a share above 0 and at most 1");
        }
        if (options.PseudoLabels is { } pseudo)
        {
            Require(pseudo.Threshold is > 0 and < 1, nameof(options.PseudoLabels), pseudo.Threshold, "of a threshold above 0 and below 1");
            Require(pseudo.Ratio >= 1, nameof(options.PseudoLabels), pseudo.Ratio, "of a ratio of at least 1");
            Require(pseudo.Weight is > 0 and < double.PositiveInfinity, nameof(options.PseudoLabels), pseudo.Weight, "of a weight above 0");
            Require(pseudo.StrongAugmentation is not null, nameof(options.PseudoLabels), "null", "of a strong augmentation");
        }
        Require(options.ProgressiveResizing is null || options.MultiScale is null, nameof(options.ProgressiveResizing), options.ProgressiveResizing,
            $"null with {nameof(options.MultiScale)}: one of them says how large images are");
        Require(options.GradientClippingNorm is null or (> 0 and < double.PositiveInfinity), nameof(options.GradientClippingNorm),
            options.GradientClippingNorm, "above 0");
        Require(options.GradientClippingValue is null or (> 0 and < double.PositiveInfinity), nameof(options.GradientClippingValue),
            options.GradientClippingValue, "above 0");
        Require(options.GradientAccumulation >= 1, nameof(options.GradientAccumulation), options.GradientAccumulation, "at least 1");
    }

    private static void Averaging(CnnTrainerOptions options)
    {
        Require(options.ExponentialMovingAverage is null or (> 0 and < 1), nameof(options.ExponentialMovingAverage), options.ExponentialMovingAverage,
            "above 0 and below 1");
        Require(options.PreciseBatchNorm is null or >= 0, nameof(options.PreciseBatchNorm), options.PreciseBatchNorm, "at least 0");
        Require(options.SharpnessAwareRadius is null or (> 0 and < double.PositiveInfinity), nameof(options.SharpnessAwareRadius),
            options.SharpnessAwareRadius, "above 0");
        Require(options.SharpnessAwareRadius is null || options.GradientAccumulation == 1, nameof(options.SharpnessAwareRadius),
            options.SharpnessAwareRadius, $"null with {nameof(options.GradientAccumulation)}: each batch would be followed up its own gradient");
        Require(options.LayerRateDecay is null or (> 0 and <= 1), nameof(options.LayerRateDecay), options.LayerRateDecay, "above 0 to 1");
        Require(options.LayerRateDecay is null || options.StageLearningRates is null, nameof(options.LayerRateDecay), options.LayerRateDecay,
            $"null with {nameof(options.StageLearningRates)}");
        Require(options.NormBiasRateFactor is null or (> 0 and < double.PositiveInfinity), nameof(options.NormBiasRateFactor), options.NormBiasRateFactor,
            "above 0");
        Require(options.StageEpochs?.All(epochs => epochs >= 1) ?? true, nameof(options.StageEpochs), options.StageEpochs, "numbers of epochs of at least 1");
        if (options.Lookahead is { } lookahead)
        {
            Require(lookahead.Steps >= 1, nameof(options.Lookahead), lookahead.Steps, "of at least 1 step");
            Require(lookahead.StepSize is > 0 and <= 1, nameof(options.Lookahead), lookahead.StepSize, "of a step size above 0 to 1");
            Require(lookahead.LastStepSize is null or (> 0 and <= 1), nameof(options.Lookahead), lookahead.LastStepSize, "of a last step size above 0 to 1");
            Require(!lookahead.IncludesStatistics || options.PreciseBatchNorm is null, nameof(options.Lookahead), options.PreciseBatchNorm,
                $"without statistics of its own beside {nameof(options.PreciseBatchNorm)}, which computes them");
        }
        if (options.WeightAveraging is { } averaging)
        {
            var name = nameof(options.WeightAveraging);
            Require(averaging.FromShare is > 0 and < 1, name, averaging.FromShare, "from a share of training above 0 and below 1");
            Require(averaging.LearningRate is null or (> 0 and < double.PositiveInfinity), name, averaging.LearningRate, "at a learning rate above 0");
            Require(averaging.EveryEpochs >= 1, name, averaging.EveryEpochs, "every 1 epoch or more");
            Require(options.ExponentialMovingAverage is null, name, averaging,
                $"null with {nameof(options.ExponentialMovingAverage)}: one of them is validated");
            Require(options.Lookahead is null, name, averaging, $"null with {nameof(options.Lookahead)}: one of them is validated");
            Require(options.Schedule?.Plateau is null, name, averaging, $"null with a {nameof(options.Schedule)} that waits for a plateau");
        }
    }
}
