using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Defaults;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>Everything that a run needs once its data has been looked at and its network is where it is trained.</summary>
internal sealed class PreparedRun : IDisposable
{
    private readonly Tensor? _classWeights;

    private PreparedRun(Tensor? classWeights) => _classWeights = classWeights;

    public required Architecture Architecture { get; init; }
    public required TrainingSettings Settings { get; init; }
    public required TrainingHandles Handles { get; init; }
    public required TrainingData Data { get; init; }
    public required ImageViews Views { get; init; }
    public required PreparedNetwork Prepared { get; init; }
    public required TrainingLoss Loss { get; init; }

    /// <summary>Whose outputs the network learns along with the labels; null: nobody's.</summary>
    public required Teacher? Teacher { get; init; }

    public required BadImages BadImages { get; init; }

    /// <summary>Images in an epoch of all processes.</summary>
    public required long Images { get; init; }

    /// <summary>Images without labels that are learned from too.</summary>
    public required long UnlabeledImages { get; init; }

    /// <summary>Those that train together.</summary>
    public required ProcessGroup Processes { get; init; }

    /// <summary>This process's part of every epoch.</summary>
    public Shard Shard => Processes.Shard;

    /// <summary>Whether the network's first weights are random: neither given nor those of a checkpoint.</summary>
    public required bool StartsAfresh { get; init; }

    /// <summary>Null without checkpoints.</summary>
    public required TrainingCheckpoints? Checkpoints { get; init; }

    /// <summary>Where rows are spooled to.</summary>
    public required string TemporaryFolder { get; init; }

    public required IChannel Log { get; init; }

    public ExecutionPlan Plan => Prepared.Plan;

    public CancellationToken Cancellation => Handles.CancellationToken;

    /// <summary>Looks at the data, and builds the network.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type, or the image size does not fit the network.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learned from, the checkpoints are another training's, or the device is
    /// missing.</exception>
    public static PreparedRun Prepare(IHostEnvironment environment, Architecture architecture, TrainingSettings settings, TrainingHandles handles,
        ProcessGroup processes, IDataView input, IChannel log)
    {
        RequireFitting(architecture, settings);
        var start = handles.Weights is { } weights ? new StartingPoint(environment, weights, architecture) : null;
        var data = TrainingData.Of(input, settings, handles);
        var views = ImageViews.Of(architecture, settings.Input, settings.Sampling.MultiScale, data.Columns.Format, start, data.Classes.Count);
        var folder = processes.OpenCheckpoints(handles.Checkpoints);
        settings = settings with { Seed = settings.Seed ?? folder?.Resumed?.Seed };
        processes.Check(settings);
        settings = settings with { Seed = processes.SeedOfAll(settings.Seed ?? Random.Shared.Next()) };
        data = data.Split(settings);

        var device = ComputeDevice.Choose(environment, processes.DeviceOf(settings.Execution.Device), Warn);
        if (!architecture.CanBeLoaded)
        {
            Warn("A model with this network can be saved and not loaded: make the network in a static method marked [CnnNetwork] "
                + $"(now: {architecture.Settings["type"]}.{architecture.Settings["method"]}).");
        }
        foreach (var warning in folder?.Warnings ?? [])
            Warn(warning);
        var survey = data.Survey(settings, Warn, handles.CancellationToken);
        using (AugmentationScope.Enter(settings.FixedSeed, epoch: 1)) // for images that the pipeline augments
        {
            if (PixelScale.Warning(data.Rows, data.Columns.Feature, data.Columns.Format) is { } wrongScale)
                Warn(wrongScale);
        }
        var facts = DataFacts.Of(architecture, settings, handles, data.Rows, data.Columns.Feature, survey, processes.Shard.World,
            isValidated: data.Validation is not null, views.Shape);
        (settings, var chosen) = DataDefaults.Choose(settings, handles.Open, facts);
        chosen = [.. processes.Chosen, .. chosen];
        foreach (var choice in chosen)
            log.Info(MessageSensitivity.None, "{0}", choice.ToString());
        handles.ChosenOptionsCallback?.Invoke(chosen);
        settings = processes.ScaleLearningRate(settings, handles.Open);
        views = ImageViews.Of(architecture, settings.Input, settings.Sampling.MultiScale, data.Columns.Format, start, data.Classes.Count);

        LabelSurvey? unlabeled = null;
        if (handles.PseudoLabels is { } pseudo)
        {
            UnlabeledData.Columns(pseudo.Images, settings, data.Columns);
            unlabeled = UnlabeledData.Survey(pseudo.Images, handles.CancellationToken);
            settings = settings with { Loss = settings.Loss.WithUnlabeled(unlabeled.Fingerprint) };
        }
        Teacher? teacher = null;
        PreparedNetwork? prepared = null;
        Tensor? classWeights = null;
        try
        {
            if (handles.Distillation is { } distillation)
            {
                teacher = Teacher.Open(environment, distillation, views.Plain, data.Classes.Names,
                    mayLackClasses: settings.Transfer.KeepKnownClasses is true);
                settings = settings with { Loss = settings.Loss.With(teacher.Fingerprint()) };
            }
            var identity = folder is null && processes.Shard.IsWhole ? null
                : Identify(folder, architecture, settings, handles, processes, data, views, survey);
            prepared = PreparedNetwork.Build(device, architecture, settings, handles, data, views, start, folder?.Resumed?.Plan, processes, log);
            Describe(architecture, settings, views, prepared, survey, log);
            TrainedSizes.Check(settings, architecture, prepared.Network, views.Shape, device);
            classWeights = settings.Optimization.ClassWeights is { } given
                ? tensor(given.For(data.Classes.Names, survey.Counts), ScalarType.Float32, device).DetachFromDisposeScope()
                : null;
            var plan = prepared.Plan;
            return new(classWeights)
            {
                Architecture = architecture,
                Settings = settings,
                Handles = handles,
                Data = data,
                Views = views,
                Prepared = prepared,
                Loss = new(settings.Loss.Loss?.Loss ?? architecture.Loss, settings.Optimization.LabelSmoothing, classWeights,
                    usesExampleWeights: data.Columns.Weight is not null),
                Teacher = teacher,
                BadImages = new(settings.Input.OnBadImage),
                Images = settings.Sampling.BalancedSampling ? RowOrder.BalancedLength(survey.Counts) : survey.Labeled,
                UnlabeledImages = unlabeled?.Missing ?? 0,
                StartsAfresh = start is null && folder?.Resumed is null,
                Processes = processes,
                Checkpoints = folder is null ? null
                    : new(handles.Checkpoints!, folder, identity!, settings.FixedSeed,
                    new(plan.Device.ToString(), plan.ChannelsLast, plan.ComputeType, prepared.Threads), processes.IsMain, log),
                TemporaryFolder = MlNetEnvironment.TemporaryFolder(environment),
                Log = log,
            };
        }
        catch
        {
            classWeights?.Dispose();
            prepared?.Dispose();
            teacher?.Dispose();
            throw;
        }

        void Warn(string message) => log.Warning(MessageSensitivity.None, "{0}", message);
    }

    /// <summary>Into how many steps an epoch is taken.</summary>
    /// <param name="trained">The network, or its head.</param>
    public EpochSteps Steps(Module trained) => new(Images, Settings.Optimization.BatchSize, Shard.World,
        IsNormalizedAlone: !Settings.Sharing.Distribution.SynchronizedBatchNorm && BatchNormalization.IsIn(trained));

    /// <summary>Decodes rows to batches.</summary>
    /// <param name="decoder">Of the rows.</param>
    /// <param name="shape">The network's input.</param>
    /// <param name="steps">Those that the batches are for; null: no steps of training.</param>
    public BatchQueue Queue(ImageRowDecoder decoder, NetworkShape shape, EpochSteps? steps = null) => new(decoder, shape, Settings.Optimization.BatchSize,
        Math.Min(Settings.Input.ReaderThreads, Processes.Cores), BadImages, Prepared.TakesEveryCore, tooFew: steps?.TooFew ?? 1);

    /// <summary>Decodes the validation set's rows.</summary>
    public ImageRowDecoder ValidationDecoder() => ImageRowDecoder.ForScoring(
        Data.Columns.Format, Views.Evaluation with { TestTime = TestTimeAugmentation.None }, Settings.Input.Augmentation, Plan.ChannelsLast);

    /// <summary>The training rows in the order of the data view.</summary>
    /// <param name="imagesOf">The rows whose images are read, by their numbers; null: all.</param>
    public ParallelRowFeed OpenRows(IReadOnlySet<ulong>? imagesOf = null) =>
        new(Data.Rows, Data.Columns, Settings.Input.ReaderThreads, shuffle: null, Cancellation, imagesOf);

    public void Dispose()
    {
        Teacher?.Dispose();
        _classWeights?.Dispose();
        Prepared.Dispose();
    }

    /// <exception cref="ArgumentOutOfRangeException">An option does not fit the network.</exception>
    private static void RequireFitting(Architecture architecture, TrainingSettings settings)
    {
        TrainableStages.Check(architecture, settings.Transfer);
        if (settings.Optimization.LabelSmoothing is > 0 and var smoothing && !architecture.Loss.TakesLabelSmoothing)
            throw OptionCheck.Wrong(nameof(CnnOptions.LabelSmoothing), smoothing, $"0 for {architecture.Name}, whose own loss leaves no room for it");
        if (settings.Loss.PseudoLabels is not null && architecture.Loss != ClassificationLoss.CrossEntropy)
        {
            throw OptionCheck.Unfit(nameof(CnnOptions.PseudoLabels), $"{nameof(CnnOptions.PseudoLabels)} cannot be set for {architecture.Name}, whose outputs "
                + "are penalties of the classes: there is no probability from which on it is sure.");
        }
        if (settings.Loss.Loss is { } loss && architecture.Loss != ClassificationLoss.CrossEntropy)
        {
            throw OptionCheck.Wrong(nameof(CnnOptions.Loss), loss,
                $"null for {architecture.Name}, whose outputs are penalties of the classes, made for a loss of their own");
        }
    }

    /// <exception cref="InvalidOperationException">The checkpoint to go on from is another training's.</exception>
    private static IReadOnlyDictionary<string, string> Identify(CheckpointFolder? folder, Architecture architecture, TrainingSettings settings,
        TrainingHandles handles,
        ProcessGroup processes, TrainingData data, ImageViews views, LabelSurvey survey)
    {
        var validation = handles.ValidationSet is { } set
            ? LabelSurvey.Take(set, LabelColumn.Check(set.Schema, settings.Columns.LabelColumnName), weight: null, handles.CancellationToken).Fingerprint
            : null;
        var identity = CheckpointIdentity.Of(settings, architecture, views.Shape, data.Classes.Names, views.Plain, survey.Fingerprint, validation,
            processes.Shard.World);
        processes.RequireSame(identity);
        if (folder?.Resumed is { } header)
            CheckpointIdentity.RequireSame(header, identity, folder.ResumedName!);
        return identity;
    }

    private static void Describe(Architecture architecture, TrainingSettings settings, ImageViews views, PreparedNetwork prepared, LabelSurvey survey,
        IChannel log)
    {
        var (shape, optimization) = (views.Shape, settings.Optimization);
        log.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"{architecture.Name} for {shape.Classes} classes, {shape.Channels}×{shape.Height}×{shape.Width}, "
            + $"{prepared.Network.parameters().Sum(p => p.numel())} parameters, {prepared.Plan.ForReaders(prepared.Threads)}; {survey.Labeled} images, "
            + $"batch {optimization.BatchSize}, {optimization.Optimizer} at {optimization.LearningRate}, seed {settings.Seed}"));
    }
}
