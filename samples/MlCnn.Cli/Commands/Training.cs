using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Ml.Cnn.DataQuality;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>What mlcnn train was asked for.</summary>
internal sealed record TrainingRequest
{
    public required DataSource Data { get; init; }
    public required DataSource? Validation { get; init; }
    public required Architecture Architecture { get; init; }

    /// <summary>The file to save the model to.</summary>
    public required string Model { get; init; }

    /// <summary>The list of findings whose images are left out; null: none are.</summary>
    public required string? Exclude { get; init; }

    /// <summary>The list of findings whose proposed classes are taken; null: none are.</summary>
    public required string? Relabel { get; init; }

    /// <summary>The model.zip to whose classes those of the data are added; null: the data's classes are all.</summary>
    public required string? KnownModel { get; init; }

    /// <summary>Images without labels that are learned too; null: none.</summary>
    public required UnlabeledRequest? Unlabeled { get; init; }

    /// <summary>As many networks, each for a fold, become one model; null: one network.</summary>
    public required int? Folds { get; init; }

    /// <summary>Everything that the training itself is told.</summary>
    public required CnnOptions Options { get; init; }

    public required bool Json { get; init; }
}

/// <summary>Trains as requested, saves the model and tells the result.</summary>
internal static class Training
{
    public static int Run(TrainingRequest request)
    {
        var options = request.Options;
        CheckImageSize(request.Architecture, options.ImageSize, request.Data);
        if (request.Validation is not null && options.ValidationFraction is not null)
            throw new UsageException("--validation-fraction takes the place of --validation: give one of them.");
        if (request.Validation is { } other && other.Pixels != request.Data.Pixels)
            throw new UsageException(
                "--data and --validation must both be images in files (a folder, an archive or a list), both MNIST or drawn digits, or both CIFAR.");
        if (request.Unlabeled is { Source: var unlabeled } && unlabeled.Pixels != request.Data.Pixels)
            throw new UsageException(
                "--data and --unlabeled must both be images in files (a folder, an archive or a list), both MNIST or drawn digits, or both CIFAR.");
        if (!options.Distribution.IsMain)
        {
            return request.Folds is null ? TrainForAnother(request) : throw new UsageException(
                "--folds trains its networks one after the other, each in one process: start it without mpirun or srun, or add --alone.");
        }
        OutputFile.CheckWritable(request.Model, "model.zip");

        var mlContext = Messages.CreateContext();
        var train = request.Data.Load(mlContext, DataRole.Training);
        var corrected = request is { Exclude: null, Relabel: null } ? null : Correct(mlContext, train, request);
        train = corrected?.Data ?? train;
        if (corrected is not null)
            TellOfCorrections(corrected, request);
        var display = new TrainingDisplay(hasValidation: request.Validation is not null || options.ValidationFraction is not null);
        IReadOnlyList<CnnChosenOption> chosen = [];
        options.ChosenOptionsCallback = all => TrainingDisplay.Chosen(chosen = all);
        (options.Progress, options.EpochCallback) = (display, TrainingDisplay.EpochEnded);
        if (request.Unlabeled is { } more)
            options.PseudoLabels = Pseudo(mlContext, more);
        if (request.Folds is { } folds)
            return FoldTraining.Run(mlContext, train, request, folds, trainer => display.Show(() => Fit(mlContext, train, request, trainer)));
        var model = display.Show(() => Fit(mlContext, train, request,
            () => mlContext.MulticlassClassification.Trainers.Cnn(request.Architecture, options)));

        var network = CnnTransformer.Find(model)!;
        mlContext.Model.SaveAtomically(model, train.Schema, request.Model);
        var interrupted = network.StopReason == StopReason.Canceled;
        if (interrupted)
            Messages.Note($"Saved the best model of {network.History.Count} whole epochs to {request.Model}.");
        if (options.LogFolder is { } logs && network.History.Count > 0)
            Report(network, logs);
        Tell(request, network, train, chosen, corrected, interrupted);
        return interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    // One of several processes (mpirun, srun) trains on its share of the images, and leaves it to the first to save the model and to tell of it.
    private static int TrainForAnother(TrainingRequest request)
    {
        var mlContext = new MLContext();
        var train = request.Data.Load(mlContext, DataRole.Training);
        if (request is not { Exclude: null, Relabel: null })
            train = Correct(mlContext, train, request).Data;
        if (request.Unlabeled is { } more)
            request.Options.PseudoLabels = Pseudo(mlContext, more);
        var model = Fit(mlContext, train, request, () => mlContext.MulticlassClassification.Trainers.Cnn(request.Architecture, request.Options));
        return CnnTransformer.Find(model)!.StopReason == StopReason.Canceled ? ExitCode.Interrupted : ExitCode.Success;
    }

    /// <summary>
    /// Writes the page of a training to its logs. The model is saved already: a page that cannot be written is no reason to call the training a failure.
    /// </summary>
    public static void Report(CnnTransformer network, string folder)
    {
        try
        {
            CnnTrainingReport.Save(network, Path.Join(folder, "report.html"), folder);
        }
        catch (IOException e)
        {
            Messages.Warning(e.Message);
        }
    }

    /// <summary>The training images as --exclude and --relabel have them.</summary>
    private static CorrectedData Correct(MLContext mlContext, IDataView train, TrainingRequest request) => mlContext.Data.CorrectProblems(
        train, request.Exclude, request.Relabel, request.Data.PathsFrom, DataSource.PathColumn, DataSource.LabelColumn);

    private static void TellOfCorrections(CorrectedData corrected, TrainingRequest request)
    {
        if (request.Exclude is { } exclude)
            Messages.Note(FormattableString.Invariant($"--exclude leaves out {Images(corrected.Excluded)}, by {exclude}."));
        if (request.Relabel is { } relabel)
            Messages.Note(FormattableString.Invariant($"--relabel gives another class to {Images(corrected.Relabeled)}, by {relabel}."));
        if (corrected.Unmatched is [var first, ..] unmatched)
        {
            Messages.Warning(FormattableString.Invariant($"{Images(unmatched.Count)} of the lists, such as '{first}', ")
                + "are not in the data, or have another label there: nothing was done about these.");
        }

        static string Images(int count) => FormattableString.Invariant($"{count} {(count == 1 ? "image" : "images")}");
    }

    private static PseudoLabels Pseudo(MLContext mlContext, UnlabeledRequest request)
    {
        var images = UnlabeledImages.Load(mlContext, request.Source);
        if (request.Source.IsFiles)
            images = LoadFiles(mlContext).Fit(images).Transform(images);
        var usual = new PseudoLabels(images);
        return new(images) { Threshold = request.Threshold ?? usual.Threshold, Ratio = request.Ratio ?? usual.Ratio };
    }

    // The trainer is made once the validation set is among its options.
    private static TransformerChain<KeyToValueMappingTransformer> Fit<T>(MLContext mlContext, IDataView train, TrainingRequest request,
        Func<IEstimator<T>> trainer) where T : class, ITransformer
    {
        var classes = request.KnownModel is { } path ? Union(mlContext, path, train) : null;
        if (request.Validation is { } source)
        {
            request.Options.ValidationSet = Validation(mlContext, source, Keys(mlContext, classes).Fit(train), classes ?? Labels.Of(train).Distinct());
        }
        return Preparation(mlContext, request.Data, classes)
            .Append(trainer())
            .Append(mlContext.Transforms.Conversion.MapKeyToValue(request.Options.PredictedLabelColumnName))
            .Fit(train);
    }

    /// <summary>Options for the columns that every source of data has.</summary>
    public static CnnOptions Options(CancellationToken cancellation) => new()
    {
        FeatureColumnName = DataSource.ImageColumn,
        LabelColumnName = DataSource.LabelColumn,
        CancellationToken = cancellation,
    };

    /// <summary>What comes before a trainer: labels as keys, and the images' files.</summary>
    /// <inheritdoc cref="Keys"/>
    public static IEstimator<ITransformer> Preparation(MLContext mlContext, DataSource data, IReadOnlyList<string>? classes = null) =>
        data.IsFiles ? Keys(mlContext, classes).Append<ITransformer>(LoadFiles(mlContext)) : Keys(mlContext, classes);

    /// <summary>Labels as keys, in the order of their text.</summary>
    /// <param name="mlContext">Makes them.</param>
    /// <param name="classes">All that there are; null: those of the data.</param>
    public static ValueToKeyMappingEstimator Keys(MLContext mlContext, IReadOnlyList<string>? classes = null) =>
        mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue,
            keyData: classes is null ? null : mlContext.Data.LoadFromEnumerable(classes.Select(name => new { Label = name }).ToArray()));

    // The classes of a model and those of the data.
    private static string[] Union(MLContext mlContext, string model, IDataView train)
    {
        if (!File.Exists(model))
            throw new UsageException($"--add-classes adds to the classes of a model: --weights must be its model.zip, and there is no file '{model}'.");
        using var known = ModelFile.LoadNetwork(mlContext, model);
        return [.. known.ClassNames.Union(Labels.Of(train)).Order(StringComparer.Ordinal)];
    }

    // Whether the images lie in files or in an archive need not be the same as for the training data.
    private static IDataView Validation(MLContext mlContext, DataSource source, ValueToKeyMappingTransformer keys, IEnumerable<string> classes)
    {
        var data = source.Load(mlContext, DataRole.Validation);
        Labels.RequireKnown(data, classes, "the training data");
        var keyed = keys.Transform(data);
        return source.IsFiles ? LoadFiles(mlContext).Fit(keyed).Transform(keyed) : keyed;
    }

    /// <summary>The content of the files that paths name.</summary>
    public static ImageLoadingEstimator LoadFiles(MLContext mlContext) =>
        mlContext.Transforms.LoadRawImageBytes(DataSource.ImageColumn, null, DataSource.PathColumn);

    /// <exception cref="UsageException">The images are too small for the network.</exception>
    public static void CheckImageSize(Architecture architecture, int? imageSize, DataSource data)
    {
        var smallest = architecture.MinimumImageSize;
        if (imageSize < smallest)
            throw new UsageException($"--image-size must be at least {smallest} for {architecture.Name}, which was designed for {architecture.ImageSize}.");
        if (imageSize is null && data.Pixels?.Side < smallest)
            throw new UsageException($"{architecture.Name} needs images of at least {smallest}×{smallest} pixels, "
                + $"and these are {data.Pixels.Side}×{data.Pixels.Side}: add --image-size {smallest}, or choose a smaller network such as lenet5.");
    }

    private static void Tell(TrainingRequest request, CnnTransformer network, IDataView train, IReadOnlyList<CnnChosenOption> chosen,
        CorrectedData? corrected, bool interrupted)
    {
        var history = network.History;
        var images = history.Count > 0 ? history[^1].Images : train.GetRowCount() ?? Labels.Of(train).Count();
        if (request.Json)
        {
            JsonOutput.Write(new TrainResult(images, network.ClassNames, network.Device,
                PlanEntry.Of(network.TrainingPlan!), [.. history.Select(e => EpochEntry.Of(e))], request.Model)
            {
                Chosen = [.. chosen.Select(option => new ChosenEntry(option.Name, option.Value, option.Reason))],
                Excluded = corrected?.Excluded,
                Relabeled = corrected?.Relabeled,
            });
            return;
        }
        if (interrupted)
            return;
        var best = history.LastOrDefault(e => e.IsBest);
        var quality = best?.ValidationAccuracy is { } accuracy
            ? FormattableString.Invariant($" The best epoch was {best.Epoch}, with a validation accuracy of {accuracy * 100:0.0} %.") : "";
        Messages.Output.WriteLine($"Trained {network.TrainingPlan}.");
        Messages.Output.WriteLine($"Saved {network.Architecture.Name} for {network.ClassNames.Count} classes to {request.Model}.{quality}");
    }
}
