using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Splits;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training;

/// <summary>One call of Fit: looks at the data, builds the network, trains it and hands over the transformer.</summary>
internal sealed class TrainingRun
{
    private readonly IHostEnvironment _environment;
    private readonly Architecture _architecture;
    private readonly CnnOptions _options;
    private readonly IDataView _data;
    private readonly IDataView? _validationData;
    private readonly CheckpointFolder? _checkpoints;
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly ImageColumns _columns;
    private readonly ClassValues _classes;
    private readonly ImagePreprocessing _preprocessing;
    private readonly ImagePreprocessing _trainingView; // _preprocessing, but for the size with which several sizes are trained
    private readonly ImagePreprocessing _evaluationView;
    private readonly NetworkShape _shape;
    private readonly TrainingSettings _settings;
    private readonly StartingPoint? _start;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the image size does not fit the network.</exception>
    public TrainingRun(IHostEnvironment environment, Architecture architecture, CnnOptions options, IDataView data)
    {
        (_environment, _architecture, _options) = (environment, architecture, options);
        TrainableStages.Check(architecture, options);
        if (options.LabelSmoothing > 0 && !architecture.Loss.TakesLabelSmoothing)
            throw OptionsValidation.Wrong(nameof(options.LabelSmoothing), options.LabelSmoothing, $"0 for {architecture.Name}, whose own loss leaves no room for it");
        _start = options.Weights is { } weights ? new StartingPoint(environment, weights, architecture) : null;
        var label = LabelColumn.Check(data.Schema, options.LabelColumnName);
        var format = FeatureColumn.Of(data.Schema, options.FeatureColumnName, options.PixelLayout, options.Channels);
        _columns = new(data.Schema[options.FeatureColumnName], format, label, ImageColumns.FindPath(data.Schema), ExampleWeightColumn.Find(data.Schema, options.ExampleWeightColumnName));
        _classes = ClassValues.Of(label);
        _preprocessing = Preprocess(format);
        _trainingView = options.MultiScale is { Sizes: [.., var largest] } ? _preprocessing with { Height = largest, Width = largest, ResizeShortSide = largest } : _preprocessing;
        _evaluationView = options.Augmentation?.EvaluationView(_preprocessing) ?? _preprocessing;
        _shape = new(_preprocessing.Channels, _preprocessing.Height, _preprocessing.Width, _classes.Count);
        _checkpoints = options.Checkpoints is { } checkpoints ? CheckpointFolder.Open(checkpoints) : null;
        _settings = TrainingSettings.From(options, architecture.Training, options.Seed ?? MlNetEnvironment.Seed(environment) ?? _checkpoints?.Resumed?.Seed ?? Random.Shared.Next());
        (_data, _validationData) = options.ValidationFraction is { } fraction ? StratifiedSplit.Split(data, fraction, label, _settings.Seed) : (data, options.ValidationSet);
        if (options.ValidationFraction is not null && _validationData!.GetRowCount() == 0)
            throw new InvalidOperationException($"{nameof(CnnOptions.ValidationFraction)} leaves nothing to validate with: no class has two rows.");
    }

    /// <summary>Trains, and makes a transformer of what was trained.</summary>
    public CnnTransformer Execute() => AtWork(at =>
    {
        var outcome = Train(at, (subject, batches, validation) => new TrainingLoop(subject, _settings, batches, validation, _options, at.Checkpoints, _time, at.Log).Run());
        if (at.BadImages.All is { Count: > 0 } skipped)
            at.Log.Warning(MessageSensitivity.None, "{0}", $"{skipped.Count} bad images were skipped:{Environment.NewLine}{string.Join(Environment.NewLine, skipped.Take(BadImageException.Named))}");
        var scoring = ExecutionPlan.ForScoring(at.Plan.Device, at.Plan.Cost);
        return new CnnTransformer(new ImageScorer(scoring.Prepare(at.Network), scoring, Describe(outcome)), at.BadImages.All);
    });

    /// <summary>Looks for a learning rate, and keeps nothing else.</summary>
    public LearningRateCurve FindLearningRate(double lowest, double highest, int steps) => AtWork(at =>
    {
        using var network = at.Network;
        return Train(at, (subject, batches, _) => new LearningRateFinder(subject, _settings, batches, _options).Run(lowest, highest, steps));
    });

    /// <summary>Makes the network ready, and puts everything back afterwards.</summary>
    private T AtWork<T>(Func<Workplace, T> work)
    {
        using var log = _environment.Start("CnnTrainer");
        var device = ComputeDevice.Choose(_environment, _options.Device, message => log.Warning(MessageSensitivity.None, "{0}", message));
        if (!_architecture.CanBeLoaded)
            log.Warning(MessageSensitivity.None, "{0}", $"A model with this network can be saved and not loaded: make the network in a static method marked [CnnNetwork] (now: {_architecture.Settings["type"]}.{_architecture.Settings["method"]}).");
        foreach (var warning in _checkpoints?.Warnings ?? [])
            log.Warning(MessageSensitivity.None, "{0}", warning);
        var survey = Survey(log);
        using (AugmentationScope.Enter(_settings.Seed, epoch: 1)) // for images that the pipeline augments
            if (PixelScale.Warning(_data, _columns.Feature, _columns.Format) is { } wrongScale)
                log.Warning(MessageSensitivity.None, "{0}", wrongScale);
        var settings = SettingsOfCheckpoints();

        using var allocator = GlibcAllocator.KeepFreedMemory();
        using var random = RandomState.BuildForTraining(_settings.Seed, () => _architecture.Build(_shape), out var network);
        LoadWeights(network, log);
        var cost = NetworkCost.Of(network, _shape);
        var besideDecoding = !ImageRowDecoder.IsCheapFor(_columns.Format, _preprocessing, isAugmented: _options.Augmentation is not null);
        var networkThreads = _options.NetworkThreads ?? cost.ThreadsFor(_settings.BatchSize, besideDecoding);
        using var threads = LibtorchThreads.Use(networkThreads);
        var plan = PlanTiming.Choose(network, _shape, Plans(device, cost), _settings.BatchSize, text => log.Info(MessageSensitivity.None, "{0}", text));
        network = plan.Prepare(network);
        log.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"{_architecture.Name} for {_shape.Classes} classes, {_shape.Channels}×{_shape.Height}×{_shape.Width}, {network.parameters().Sum(p => p.numel())} parameters, on {plan.Description}; {survey.Labeled} images, batch {_settings.BatchSize}, {_settings.Optimizer} at {_settings.LearningRate}, seed {_settings.Seed}"));

        if (_options.MultiScale is { } scales)
            ScaledBatches.Check(scales, _architecture, network, _shape, device);
        using var classWeights = _options.ClassWeights is { } weights ? tensor(weights.For(_classes.Names, survey.Counts), ScalarType.Float32, device).DetachFromDisposeScope() : null;
        var loss = new TrainingLoss(_architecture.Loss, _options.LabelSmoothing, classWeights, usesExampleWeights: _columns.Weight is not null);
        var images = _options.BalancedSampling ? RowOrder.BalancedLength(survey.Counts) : survey.Labeled;
        var inTurns = device.type == TorchSharp.DeviceType.CPU && networkThreads >= Environment.ProcessorCount;
        var checkpoints = _checkpoints is null ? null
            : new TrainingCheckpoints(_options.Checkpoints!, _checkpoints, settings!, _settings.Seed, new(plan.Device.ToString(), plan.ChannelsLast, plan.ComputeType, networkThreads), log);
        return work(new Workplace(network, plan, loss, new BadImages(_options.OnBadImage), images, inTurns, checkpoints, log));
    }

    // A training that is taken up again goes on in the same arithmetic.
    private IReadOnlyList<ExecutionPlan> Plans(Device device, NetworkCost cost)
    {
        var plans = ExecutionPlan.ForTraining(device, cost, _options.Precision);
        return _checkpoints?.Resumed?.Plan is { } before ? [plans[0] with { ChannelsLast = before.ChannelsLast, ComputeType = before.ComputeType }] : plans;
    }

    /// <summary>Brings together what a training takes.</summary>
    private T Train<T>(Workplace at, Training<T> train) where T : class => TrainHead(at, train) ?? TrainNetwork(at, train);

    private delegate T Training<T>(TrainingSubject subject, EpochBatches batches, ValidationPass? validation) where T : class;

    private T TrainNetwork<T>(Workplace at, Training<T> train) where T : class
    {
        var (source, format) = OpenSource(at.Log);
        using var rows = source;
        var augmentation = _options.Augmentation is null ? null : new AugmentationPipeline(_options.Augmentation, _trainingView);
        using var batches = at.Queue(new ImageRowDecoder(format, _trainingView, at.Plan.ChannelsLast, augmentation, _settings.Seed),
            _shape with { Height = _trainingView.Height, Width = _trainingView.Width }, _settings);
        using var validationBatches = _validationData is null ? null : at.Queue(ValidationDecoder(at), _shape, _settings);
        var validation = validationBatches is null ? null
            : new ValidationPass(at.Network, _architecture.Loss, at.Plan.Device, ValidationRows(), validationBatches, _options.CancellationToken);
        var subject = new TrainingSubject(at.Network, _shape, at.Loss, at.Plan.Device, at.Plan.ScalesLoss, new TrainableStages(at.Network, _architecture, _options));
        return train(subject, new EpochBatches(source, batches, at.BadImages, at.Images), validation);
    }

    /// <summary>With a frozen backbone: what the head sees of each image is computed once, and the head is trained on that.</summary>
    /// <returns>Null where that is not to be, because images differ from epoch to epoch or the network cannot be cut.</returns>
    private T? TrainHead<T>(Workplace at, Training<T> train) where T : class
    {
        if (_options is not { Freeze: Freezing.Backbone, Augmentation: null, MultiScale: null } || _options.BatchNormStatistics == BatchNormStatistics.Updated
            || HeadOnly.Of(at.Network, _architecture, _shape, at.Plan.Device) is not { } head)
            return null;
        var epochs = new AugmentedEpochs(_settings.Seed, message => at.Log.Warning(MessageSensitivity.None, "{0}", message));
        var rows = epochs.Open(1, () => new ParallelRowFeed(_data, _columns, _settings.ReaderThreads, shuffle: null, _options.CancellationToken));
        if (epochs.WasSeen)
        {
            rows.Dispose();
            return null;
        }
        using var features = Features(at, head, rows, new ImageRowDecoder(_columns.Format, _preprocessing, at.Plan.ChannelsLast), _options.BalancedSampling);
        using var validationFeatures = _validationData is null ? null : Features(at, head, ValidationRows()(), ValidationDecoder(at), isBalanced: false);
        at.Log.Info(MessageSensitivity.None, FormattableString.Invariant($"the {head.Length} features of every image are kept; the head alone is trained on them"));

        var shape = new NetworkShape(1, 1, (int)head.Length, _shape.Classes);
        using var batches = at.Queue(FeatureDecoder(head), shape, _settings);
        using var validationBatches = validationFeatures is null ? null : at.Queue(FeatureDecoder(head), shape, _settings);
        var validation = validationBatches is null ? null
            : new ValidationPass(head, _architecture.Loss, at.Plan.Device, () => validationFeatures!.Open(1, _options.CancellationToken), validationBatches, _options.CancellationToken);
        var subject = new TrainingSubject(head, shape, at.Loss, at.Plan.Device, at.Plan.ScalesLoss, Stages: null);
        return train(subject, new EpochBatches(features, batches, at.BadImages, at.Images), validation);
    }

    private SpooledSource Features(Workplace at, HeadOnly head, IRowFeed images, ImageRowDecoder decoder, bool isBalanced)
    {
        using var batches = at.Queue(decoder, _shape, _settings);
        using var feed = new FeatureFeed(at.Network, head, at.Plan.Device, images, batches, _options.CancellationToken);
        var features = new SpooledSource(feed, TemporaryFolder, _settings.Seed, isBalanced);
        if (at.BadImages.MustFail)
            features.Dispose();
        at.BadImages.ThrowIfMustFail();
        return features;
    }

    private static ImageRowDecoder FeatureDecoder(HeadOnly head) => new(new ImageColumnFormat(ImageColumnTypes.Singles, 1, (int)head.Length, 1),
        new ImagePreprocessing { Height = 1, Width = (int)head.Length, Channels = 1, Normalization = new([0], [1 / 255f]) }, channelsLast: false); // numbers as they are

    private ImageRowDecoder ValidationDecoder(Workplace at) =>
        ImageRowDecoder.ForScoring(_columns.Format, _evaluationView with { Crops = EvaluationCrops.Center }, _options.Augmentation, at.Plan.ChannelsLast);

    private void LoadWeights(Module<Tensor, Tensor> network, IChannel log)
    {
        if (_start is null)
        {
            if (_options.Freeze != Freezing.None)
                log.Warning(MessageSensitivity.None, "{0}", $"{nameof(CnnOptions.Freeze)} keeps weights that nothing was learned with: {nameof(CnnOptions.Weights)} is not set.");
            return;
        }
        var report = _start.Load(network, _classes.Names, _options);
        var others = report.Fresh.Where(name => !name.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToArray();
        log.Info(MessageSensitivity.None, "{0}", $"weights from {_options.Weights}: {report.Loaded.Count} tensors"
            + (report.Adapted.Count > 0 ? $", {string.Join(", ", report.Adapted)} adapted to {_shape.Channels} channels" : "")
            + (others.Length > 0 ? $", {string.Join(", ", others)} initialized afresh" : ""));
    }

    /// <summary>The network where it is trained, and whom to tell.</summary>
    private sealed record Workplace(Module<Tensor, Tensor> Network, ExecutionPlan Plan, TrainingLoss Loss, BadImages BadImages, long Images, bool InTurns, TrainingCheckpoints? Checkpoints,
        IChannel Log)
    {
        public BatchQueue Queue(ImageRowDecoder decoder, NetworkShape shape, TrainingSettings settings) =>
            new(decoder, shape, settings.BatchSize, settings.ReaderThreads, BadImages, InTurns);
    }

    private ImagePreprocessing Preprocess(ImageColumnFormat format)
    {
        var channels = _options.Channels ?? (format.Channels > 0 ? format.Channels : _architecture.Channels);
        var isVector = format.Height > 0;
        var expected = _start?.Preprocessing(channels);
        var height = _options.ImageSize ?? (isVector ? format.Height : expected?.Height ?? _architecture.ImageSize);
        var width = _options.ImageSize ?? (isVector ? format.Width : expected?.Width ?? _architecture.ImageSize);
        var smallest = _architecture.MinimumImageSize;
        if (height < smallest || width < smallest)
            throw OptionsValidation.Wrong(nameof(CnnOptions.ImageSize), $"{height}×{width}", $"at least {smallest} for {_architecture.Name}, which was designed for {_architecture.ImageSize}");
        return new ImagePreprocessing
        {
            Height = height,
            Width = width,
            Channels = channels,
            ResizeShortSide = height == width ? height : null,
            Interpolation = expected?.Interpolation ?? Interpolation.Bilinear,
            Normalization = (expected?.Normalization ?? _architecture.Normalization).ForChannels(channels),
        };
    }

    private LabelSurvey Survey(IChannel log)
    {
        if (_classes.Count < 2)
            throw new InvalidOperationException($"The label column '{_options.LabelColumnName}' has one class only ('{_classes.Names[0]}'): telling images apart takes two.");
        var survey = LabelSurvey.Take(_data, _columns.Label!.Value, _columns.Weight, _options.CancellationToken);
        if (survey.Missing > 0)
            log.Warning(MessageSensitivity.None, "{0}", $"{survey.Missing} rows without a label are left out.");
        if (survey.Labeled < 2)
            throw new InvalidOperationException($"The training data holds {survey.Labeled} labeled rows; training takes at least two.");
        if (survey.Counts.Count(c => c > 0) < 2)
            throw new InvalidOperationException($"Every row of the training data is of the class '{_classes.Names[Array.FindIndex(survey.Counts, c => c > 0)]}': telling images apart takes two classes.");
        return survey;
    }

    /// <summary>What a training must have in common with another one to go on from its checkpoints; null without checkpoints.</summary>
    /// <exception cref="InvalidOperationException">The checkpoint to go on from is of another one.</exception>
    private IReadOnlyDictionary<string, string>? SettingsOfCheckpoints()
    {
        if (_checkpoints is null)
            return null;
        var settings = CheckpointSettings.Of(_architecture, _shape, _classes.Names, _preprocessing, _settings, _options, Fingerprint(_data),
            _options.ValidationSet is { } validationSet ? Fingerprint(validationSet) : null);
        if (_checkpoints.Resumed is { } header)
            CheckpointSettings.RequireSame(header.Settings, settings, _checkpoints.ResumedName!);
        return settings;

        string Fingerprint(IDataView data) => CheckpointSettings.Fingerprint(data, LabelColumn.Check(data.Schema, _options.LabelColumnName), _options.CancellationToken);
    }

    /// <summary>The rows in an order that is new every epoch, and what they hold.</summary>
    private (IEpochSource Source, ImageColumnFormat Format) OpenSource(IChannel log)
    {
        var epochs = new AugmentedEpochs(_settings.Seed, message => log.Warning(MessageSensitivity.None, "{0}", message));
        var isBalanced = _options.BalancedSampling;
        if (_options.Cache == ImageCache.None && _data.CanShuffle && !isBalanced)
            return (new ShuffledSource(_data, _columns, _settings.ReaderThreads, _settings.Seed, epochs), _columns.Format);
        var rows = epochs.Open(1, () => new ParallelRowFeed(_data, _columns, _settings.ReaderThreads, shuffle: null, _options.CancellationToken));
        if (_options.Cache == ImageCache.None)
        {
            using (rows)
            {
                if (epochs.WasSeen && isBalanced)
                    throw new InvalidOperationException($"{nameof(CnnOptions.BalancedSampling)} draws images again and again from a copy, which would keep the augmentation in the pipeline as it was the first time: give the augmentation to the trainer ({nameof(CnnOptions)}.{nameof(CnnOptions.Augmentation)}) instead.");
                return (epochs.WasSeen
                    ? new PooledSource(_data, _columns, _settings.ReaderThreads, _settings.Seed, epochs) // a file would keep the first epoch's augmentation
                    : new SpooledSource(rows, TemporaryFolder, _settings.Seed, isBalanced), _columns.Format);
            }
        }
        if (epochs.WasSeen)
            log.Warning(MessageSensitivity.None, "{0}", "The cache keeps the augmented images of the first epoch. Give the augmentation to the trainer (CnnOptions.Augmentation) instead of the pipeline, or use no cache.");
        using var decoded = new DecodedFeed(rows, _columns.Format, _trainingView, isAugmented: _options.Augmentation is not null);
        return (_options.Cache == ImageCache.Memory
            ? new MemorySource(decoded, _settings.Seed, isBalanced)
            : new SpooledSource(decoded, TemporaryFolder, _settings.Seed, isBalanced, isMapped: true), decoded.Format);
    }

    private string TemporaryFolder => MlNetEnvironment.TemporaryFolder(_environment);

    private Func<IRowFeed> ValidationRows()
    {
        var data = _validationData!;
        var label = LabelColumn.Check(data.Schema, _options.LabelColumnName);
        var format = FeatureColumn.Of(data.Schema, _options.FeatureColumnName, _options.PixelLayout, _options.Channels);
        if (format != _columns.Format)
            throw SchemaErrors.Mismatch("feature", _options.FeatureColumnName, $"the training data's {_columns.Feature.Type} in the validation set", data.Schema[_options.FeatureColumnName].Type.ToString()!);
        if (!ClassValues.Of(label).Names.SequenceEqual(_classes.Names))
            throw new ArgumentException($"The label column '{_options.LabelColumnName}' of the validation set has other classes than the training data's, or another order. "
                + "Transform both with the same fitted MapValueToKey.", nameof(CnnOptions.ValidationSet));
        var columns = new ImageColumns(data.Schema[_options.FeatureColumnName], format, label, ImageColumns.FindPath(data.Schema));
        return () => new ParallelRowFeed(data, columns, _settings.ReaderThreads, shuffle: null, _options.CancellationToken);
    }

    private CnnModel Describe(TrainingOutcome outcome) => new()
    {
        Architecture = _architecture,
        Shape = _shape,
        Preprocessing = _evaluationView,
        Augmentation = _options.Augmentation,
        PixelLayout = _options.PixelLayout,
        OnBadImage = _options.OnBadImage,
        FeatureColumnName = _options.FeatureColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        Classes = _classes,
        History = outcome.History,
        StopReason = outcome.Reason,
        Training = new(_settings.Epochs, _settings.BatchSize, _settings.LearningRate, _settings.Schedule.ToString(), _settings.Optimizer, _settings.Momentum, _settings.WeightDecay, _settings.Seed, _options.Weights?.ToString(), _options.Freeze,
            _options.LabelSmoothing, _options.ClassWeights?.ToString(), _options.BalancedSampling, _settings.GradientClippingNorm, _settings.GradientClippingValue, _settings.GradientAccumulation,
            _settings.AverageDecay, _settings.MultiScale?.Sizes),
    };
}
