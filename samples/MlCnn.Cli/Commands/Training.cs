using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>What mlcnn train was asked for. Unset values take the library's defaults.</summary>
internal sealed record TrainingRequest
{
    public required DataSource Data { get; init; }
    public required DataSource? Validation { get; init; }
    public required Architecture Architecture { get; init; }
    public required string Model { get; init; }
    public required int Epochs { get; init; }
    public required int? BatchSize { get; init; }
    public required int? ImageSize { get; init; }
    public required double? LearningRate { get; init; }
    public required Optimizer Optimizer { get; init; }
    public required int? Seed { get; init; }
    public required string Device { get; init; }
    public required BadImageHandling OnBadImage { get; init; }
    public required ImageAugmentation? Augmentation { get; init; }
    public required Precision Precision { get; init; }
    public required int? Threads { get; init; }
    public required ImageCache Cache { get; init; }
    public required string? Weights { get; init; }
    public required Freezing Freeze { get; init; }
    public required double? ValidationFraction { get; init; }
    public required int? EarlyStopping { get; init; }
    public required TimeSpan? TimeBudget { get; init; }
    public required string? Checkpoint { get; init; }
    public required TimeSpan? CheckpointEvery { get; init; }
    public required bool Resume { get; init; }
    public required string? Log { get; init; }
    public required bool LogSteps { get; init; }
    public required bool Json { get; init; }

    public bool IsValidated => Validation is not null || ValidationFraction is not null;
}

/// <summary>Trains as requested, saves the model and tells the result.</summary>
internal static class Training
{
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromMinutes(5);

    public static int Run(TrainingRequest request)
    {
        CheckImageSize(request);
        CheckControl(request);
        if (request.Validation is { } other && other.Pixels != request.Data.Pixels)
            throw new UsageException("--data and --validation must both be pictures in files (a folder, an archive or a list), both MNIST or drawn digits, or both CIFAR.");
        OutputFile.CheckWritable(request.Model, "model.zip");

        using var signals = new StopSignals();
        var mlContext = Messages.CreateContext();
        var train = request.Data.Load(mlContext, DataRole.Training);
        var display = new TrainingDisplay(request.Epochs, hasValidation: request.IsValidated);
        var model = display.Show(() => Fit(mlContext, train, request, display, signals.Token));

        var network = CnnTransformer.Find(model)!;
        mlContext.Model.SaveAtomically(model, train.Schema, request.Model);
        var interrupted = network.StopReason == StopReason.Cancelled;
        if (interrupted)
            Messages.Note($"Saved the best model of {network.History.Count} whole epochs to {request.Model}.");
        Tell(request, network, train, interrupted);
        return interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    private static TransformerChain<KeyToValueMappingTransformer> Fit(MLContext mlContext, IDataView train, TrainingRequest request, TrainingDisplay display, CancellationToken cancellation)
    {
        var options = new CnnOptions
        {
            FeatureColumnName = DataSource.ImageColumn,
            LabelColumnName = DataSource.LabelColumn,
            Epochs = request.Epochs,
            BatchSize = request.BatchSize,
            ImageSize = request.ImageSize,
            LearningRate = request.LearningRate,
            Optimizer = request.Optimizer,
            Seed = request.Seed,
            Device = request.Device,
            OnBadImage = request.OnBadImage,
            Augmentation = request.Augmentation,
            Precision = request.Precision,
            NetworkThreads = request.Threads,
            ReaderThreads = request.Threads,
            Cache = request.Cache,
            Weights = request.Weights is { } weights ? InitialWeights.From(weights) : null,
            Freeze = request.Freeze,
            ValidationFraction = request.ValidationFraction,
            EarlyStopping = request.EarlyStopping is { } patience ? new() { Patience = patience } : null,
            TimeBudget = request.TimeBudget,
            Checkpoints = request.Checkpoint is { } folder ? new() { Folder = folder, Every = request.CheckpointEvery ?? s_betweenCheckpoints, Resume = request.Resume } : null,
            Progress = display,
            EpochCallback = display.EpochEnded,
            LogFolder = request.Log,
            Logs = TrainingLogs.Epochs | (request.LogSteps ? TrainingLogs.Steps : TrainingLogs.None),
            CancellationToken = cancellation,
        };
        var keys = mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
        if (request.Validation is { } source)
            options.ValidationSet = Validation(mlContext, source, keys.Fit(train), train);

        IEstimator<ITransformer> preparation = request.Data.IsFiles ? keys.Append<ITransformer>(LoadFiles(mlContext)) : keys;
        return preparation
            .Append(mlContext.MulticlassClassification.Trainers.Cnn(request.Architecture.Name, options))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue(options.PredictedLabelColumnName))
            .Fit(train);
    }

    // Whether the pictures lie in files or in an archive need not be the same as for the training data.
    private static IDataView Validation(MLContext mlContext, DataSource source, ValueToKeyMappingTransformer keys, IDataView train)
    {
        var data = source.Load(mlContext, DataRole.Validation);
        Labels.RequireKnown(data, Labels.Of(train).Distinct(), "the training data");
        var keyed = keys.Transform(data);
        return source.IsFiles ? LoadFiles(mlContext).Fit(keyed).Transform(keyed) : keyed;
    }

    private static ImageLoadingEstimator LoadFiles(MLContext mlContext) =>
        mlContext.Transforms.LoadRawImageBytes(DataSource.ImageColumn, null, DataSource.PathColumn);

    private static void CheckImageSize(TrainingRequest request)
    {
        var (architecture, smallest) = (request.Architecture, request.Architecture.MinimumImageSize);
        if (request.ImageSize < smallest)
            throw new UsageException($"--image-size must be at least {smallest} for {architecture.Name}, which was designed for {architecture.ImageSize}.");
        if (request.ImageSize is null && request.Data.Pixels?.Side < smallest)
            throw new UsageException($"{architecture.Name} needs pictures of at least {smallest}×{smallest} pixels, and these are {request.Data.Pixels.Side}×{request.Data.Pixels.Side}: add --image-size {smallest}, or choose a smaller network such as lenet5.");
    }

    private static void CheckControl(TrainingRequest request)
    {
        if (request.Validation is not null && request.ValidationFraction is not null)
            throw new UsageException("--validation-fraction takes the place of --validation: give one of them.");
        if (request.Checkpoint is null && (request.Resume || request.CheckpointEvery is not null))
            throw new UsageException($"{(request.Resume ? "--resume" : "--checkpoint-every")} needs --checkpoint, the folder of the checkpoints.");
    }

    private static void Tell(TrainingRequest request, CnnTransformer network, IDataView train, bool interrupted)
    {
        var history = network.History;
        var images = history.Count > 0 ? history[^1].Images : train.GetRowCount() ?? Labels.Of(train).Count();
        if (request.Json)
        {
            JsonOutput.Write(new TrainResult(images, network.ClassNames, network.Device,
                [.. history.Select(e => EpochEntry.Of(e))], request.Model));
            return;
        }
        if (interrupted)
            return;
        var best = history.LastOrDefault(e => e.IsBest);
        var quality = best?.ValidationAccuracy is { } accuracy ? FormattableString.Invariant($" The best epoch was {best.Epoch}, with a validation accuracy of {accuracy:P1}.") : "";
        Messages.Output.WriteLine($"Saved {network.Architecture.Name} for {network.ClassNames.Count} classes to {request.Model}.{quality}");
    }
}
