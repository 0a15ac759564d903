using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Training;

/// <summary>One call of Fit: looks at the data, builds the network, trains it and hands over the transformer.</summary>
internal sealed class TrainingRun
{
    private readonly IHostEnvironment _environment;
    private readonly Architecture _architecture;
    private readonly CnnOptions _options;
    private readonly IDataView _data;
    private readonly ImageColumns _columns;
    private readonly ClassValues _classes;
    private readonly ImagePreprocessing _preprocessing;
    private readonly ImagePreprocessing _evaluationView;
    private readonly NetworkShape _shape;
    private readonly TrainingSettings _settings;

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the image size does not fit the network.</exception>
    public TrainingRun(IHostEnvironment environment, Architecture architecture, CnnOptions options, IDataView data)
    {
        (_environment, _architecture, _options, _data) = (environment, architecture, options, data);
        var label = LabelColumn.Check(data.Schema, options.LabelColumnName);
        var format = FeatureFormat.Of(data.Schema, options.FeatureColumnName, options.PixelLayout, options.Channels);
        _columns = new(data.Schema[options.FeatureColumnName], format, label, ImageColumns.FindPath(data.Schema));
        _classes = ClassValues.Of(label);
        _preprocessing = Preprocess(format);
        _evaluationView = options.Augmentation?.EvaluationView(_preprocessing) ?? _preprocessing;
        _shape = new(_preprocessing.Channels, _preprocessing.Height, _preprocessing.Width, _classes.Count);
        _settings = TrainingSettings.From(options, architecture.Training, options.Seed ?? MlNetEnvironment.Seed(environment) ?? Random.Shared.Next());
    }

    public CnnTransformer Execute()
    {
        using var log = _environment.Start("CnnTrainer");
        var device = ComputeDevice.Choose(_environment, _options.Device, message => log.Warning(MessageSensitivity.None, "{0}", message));
        if (!_architecture.CanBeLoaded)
            log.Warning(MessageSensitivity.None, "{0}", $"A model with this network can be saved and not loaded: make the network in a static method marked [CnnNetwork] (now: {_architecture.Settings["type"]}.{_architecture.Settings["method"]}).");
        var survey = Survey(log);

        using var allocator = GlibcAllocator.KeepFreedMemory();
        using var random = RandomState.Build(_settings.Seed, () => _architecture.Build(_shape), out var network);
        var cost = NetworkCost.Of(network, _shape);
        var plan = ExecutionPlan.ForTraining(device, cost, _options.Precision);
        network = plan.Prepare(network);
        using var threads = LibtorchThreads.Use(_options.NetworkThreads ?? cost.ThreadsFor(_settings.BatchSize));
        log.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"{_architecture.Name} for {_shape.Classes} classes, {_shape.Channels}×{_shape.Height}×{_shape.Width}, {network.parameters().Sum(p => p.numel())} parameters, on {plan.Description}; {survey.Labelled} images, batch {_settings.BatchSize}, {_settings.Optimizer} at {_settings.LearningRate}, seed {_settings.Seed}"));

        var badImages = new BadImages(_options.OnBadImage);
        var (source, format) = OpenSource(log);
        using var rows = source;
        var augmentation = _options.Augmentation is null ? null : new AugmentationPipeline(_options.Augmentation, _preprocessing);
        using var batches = new BatchQueue(new ImageRowDecoder(format, _preprocessing, plan.ChannelsLast, augmentation, _settings.Seed), _shape, _settings.BatchSize, _settings.ReaderThreads, badImages);
        using var validationBatches = _options.ValidationSet is null ? null
            : new BatchQueue(ImageRowDecoder.ForScoring(_columns.Format, _evaluationView with { Crops = EvaluationCrops.Center }, _options.Augmentation, plan.ChannelsLast), _shape, _settings.BatchSize, _settings.ReaderThreads, badImages);
        var validation = validationBatches is null ? null : new ValidationPass(network, _architecture.Loss, device, ValidationRows(), validationBatches, _options.CancellationToken);

        var loop = new TrainingLoop(network, _shape, _architecture.Loss, _settings, device, source, batches, badImages, validation, survey.Labelled, _options, log);
        var outcome = loop.Run();
        if (badImages.All is { Count: > 0 } skipped)
            log.Warning(MessageSensitivity.None, "{0}", $"{skipped.Count} bad images were skipped:{Environment.NewLine}{string.Join(Environment.NewLine, skipped.Take(BadImageException.Named))}");
        var scoring = ExecutionPlan.ForScoring(device, cost);
        return new CnnTransformer(new ImageScorer(scoring.Prepare(network), scoring, Describe(outcome)), badImages.All);
    }

    private ImagePreprocessing Preprocess(FeatureFormat format)
    {
        var channels = _options.Channels ?? (format.Channels > 0 ? format.Channels : _architecture.Channels);
        var isVector = format.Height > 0;
        var height = _options.ImageSize ?? (isVector ? format.Height : _architecture.ImageSize);
        var width = _options.ImageSize ?? (isVector ? format.Width : _architecture.ImageSize);
        var smallest = _architecture.MinimumImageSize;
        if (height < smallest || width < smallest)
            throw OptionsValidation.Wrong(nameof(CnnOptions.ImageSize), $"{height}×{width}", $"at least {smallest} for {_architecture.Name}, which was designed for {_architecture.ImageSize}");
        return new ImagePreprocessing
        {
            Height = height,
            Width = width,
            Channels = channels,
            ResizeShortSide = height == width ? height : null,
            Normalization = _architecture.Normalization.ForChannels(channels),
        };
    }

    private LabelSurvey Survey(IChannel log)
    {
        if (_classes.Count < 2)
            throw new InvalidOperationException($"The label column '{_options.LabelColumnName}' has one class only ('{_classes.Names[0]}'): telling pictures apart takes two.");
        var survey = LabelSurvey.Take(_data, _columns.Label!.Value, _options.CancellationToken);
        if (survey.Missing > 0)
            log.Warning(MessageSensitivity.None, "{0}", $"{survey.Missing} rows without a label are left out.");
        if (survey.Labelled < 2)
            throw new InvalidOperationException($"The training data holds {survey.Labelled} labelled rows; training takes at least two.");
        if (survey.Counts.Count(c => c > 0) < 2)
            throw new InvalidOperationException($"Every row of the training data is of the class '{_classes.Names[Array.FindIndex(survey.Counts, c => c > 0)]}': telling pictures apart takes two classes.");
        return survey;
    }

    /// <summary>The rows in an order that is new every epoch, and what they hold.</summary>
    private (IEpochSource Source, FeatureFormat Format) OpenSource(IChannel log)
    {
        var epochs = new AugmentedEpochs(_settings.Seed, message => log.Warning(MessageSensitivity.None, "{0}", message));
        if (_options.Cache == ImageCache.None && _data.CanShuffle)
            return (new ShuffledSource(_data, _columns, _settings.ReaderThreads, _settings.Seed, epochs), _columns.Format);
        var rows = epochs.Open(1, () => new ParallelRowFeed(_data, _columns, _settings.ReaderThreads, shuffle: null, _options.CancellationToken));
        if (_options.Cache == ImageCache.None)
        {
            using (rows)
            {
                return (epochs.WasSeen
                    ? new PooledSource(_data, _columns, _settings.ReaderThreads, _settings.Seed, epochs) // a file would keep the first epoch's augmentation
                    : new SpooledSource(rows, _columns.Format.Kind, TemporaryFolder, _settings.Seed), _columns.Format);
            }
        }
        if (epochs.WasSeen)
            log.Warning(MessageSensitivity.None, "{0}", "The cache keeps the augmented images of the first epoch. Give the augmentation to the trainer (CnnOptions.Augmentation) instead of the pipeline, or use no cache.");
        using var decoded = new DecodedFeed(rows, _columns.Format, _preprocessing, isAugmented: _options.Augmentation is not null);
        return (_options.Cache == ImageCache.Memory
            ? new MemorySource(decoded, decoded.Format.Kind, _settings.Seed)
            : new SpooledSource(decoded, decoded.Format.Kind, TemporaryFolder, _settings.Seed, isMapped: true), decoded.Format);
    }

    private string TemporaryFolder => MlNetEnvironment.TemporaryFolder(_environment);

    private Func<IRowFeed> ValidationRows()
    {
        var data = _options.ValidationSet!;
        var label = LabelColumn.Check(data.Schema, _options.LabelColumnName);
        var format = FeatureFormat.Of(data.Schema, _options.FeatureColumnName, _options.PixelLayout, _options.Channels);
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
        Training = new(_settings.Epochs, _settings.BatchSize, _settings.LearningRate, _settings.Schedule, _settings.Optimizer, _settings.Momentum, _settings.WeightDecay, _settings.Seed),
    };
}
