using Microsoft.ML;
using Ml.Cnn.DataQuality;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>What mlcnn data was asked for.</summary>
internal sealed record DataInspectionRequest
{
    public required DataSource Data { get; init; }
    public required DataSource? Validation { get; init; }

    /// <summary>A model.zip; null: none.</summary>
    public required string? Model { get; init; }

    /// <summary>Null: no networks are trained.</summary>
    public required int? Folds { get; init; }

    public required Architecture? Architecture { get; init; }

    /// <summary>How the networks of folds are trained.</summary>
    public required CnnOptions Options { get; init; }

    public required LabelErrorFilter LabelErrors { get; init; }

    /// <summary>A folder; null: no report is written.</summary>
    public required string? Report { get; init; }

    public required bool Json { get; init; }
    public required CancellationToken Cancellation { get; init; }

    /// <summary>Whether problems are looked for, beside what a look at the files tells.</summary>
    public bool SearchesProblems => Model is not null || Folds is not null || Validation is not null || Report is not null;
}

/// <summary>Looks at a data set as requested, and tells what it holds and what may be wrong with it.</summary>
internal static class DataInspection
{
    public static int Run(DataInspectionRequest request)
    {
        Check(request);
        try
        {
            return Inspect(request);
        }
        catch (OperationCanceledException)
        {
            Messages.Error("Stopped before the end: nothing was written.");
            return ExitCode.Interrupted;
        }
    }

    private static int Inspect(DataInspectionRequest request)
    {
        var mlContext = Messages.CreateContext();
        var inspected = Messages.While("Reading the images", () => mlContext.Data.InspectImages(request.Data.Load(mlContext, DataRole.Training),
            DataSource.ImageColumn, DataSource.PathColumn, DataSource.LabelColumn, cancellationToken: request.Cancellation));
        var problems = request.SearchesProblems ? Search(mlContext, request) : null;
        if (request.Report is { } folder)
            problems!.SaveReport(folder, request.Data.PathsFrom);
        if (request.Json)
            JsonOutput.Write(inspected, problems?.ToJson(request.Data.PathsFrom));
        else
            Tell(request, inspected, problems);
        return ExitCode.Success;
    }

    private static void Check(DataInspectionRequest request)
    {
        if (request.Folds is not null && request.Architecture is null)
            throw new UsageException("--folds trains networks: name one with --arch, such as --arch resnet18.");
        if (request.Folds is null && request.Architecture is not null)
            throw new UsageException("--arch is the network that --folds trains: say how many folds, such as --folds 5.");
        if (request.Validation is { } other && other.Pixels != request.Data.Pixels)
            throw new UsageException("The images and --validation must both be images in files, both MNIST or drawn digits, or both CIFAR.");
        if (request.Architecture is { } architecture)
            Training.CheckImageSize(architecture, request.Options.ImageSize, request.Data);
    }

    private static DataProblemReport Search(MLContext mlContext, DataInspectionRequest request)
    {
        var data = Load(mlContext, request.Data, DataRole.Training);
        request.Options.Seed ??= 0; // the same findings every time
        var model = request.Model is { } file ? ModelFile.LoadClassifier(mlContext, file) : null;
        if (model is not null)
            Labels.RequireKnown(data, model.ClassNames, "the model");
        return ProblemSearchDisplay.Show(progress => mlContext.MulticlassClassification.FindDataProblems(data, new()
        {
            ImageColumnName = DataSource.ImageColumn,
            ImagePathColumnName = DataSource.PathColumn,
            LabelColumnName = DataSource.LabelColumn,
            Trainer = request.Folds is null ? null : Training.Keys(mlContext)
                .Append<ITransformer>(mlContext.MulticlassClassification.Trainers.Cnn(request.Architecture!, request.Options)),
            Folds = request.Folds ?? 2,
            // The network was trained with a column that may be called otherwise.
            Model = model is null ? null : mlContext.Transforms.CopyColumns(model.FeatureColumnName, DataSource.ImageColumn).Fit(data).Append(model),
            Validation = request.Validation is { } other ? Load(mlContext, other, DataRole.Validation) : null,
            Seed = request.Options.Seed,
            LabelErrors = request.LabelErrors,
            Progress = progress,
            CancellationToken = request.Cancellation,
        }));
    }

    private static void Tell(DataInspectionRequest request, Ml.Cnn.Transforms.ImageDataReport inspected, DataProblemReport? problems)
    {
        DataTables.Write(inspected);
        if (problems is null)
            return;
        ProblemTables.Write(problems);
        if (request.Report is { } folder)
            Messages.Output.WriteLine($"Wrote {Path.Join(folder, "report.html")}, problems.csv and problems.json.");
    }

    /// <summary>A source's images in the column that networks read, whatever form they have.</summary>
    private static IDataView Load(MLContext mlContext, DataSource source, DataRole role)
    {
        var data = source.Load(mlContext, role);
        return source.IsFiles ? Training.LoadFiles(mlContext).Fit(data).Transform(data) : data;
    }
}
