using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.Experiments;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>What mlcnn compare was asked for.</summary>
internal sealed record ComparisonRequest
{
    public required DataSource Data { get; init; }
    public required DataSource? Validation { get; init; }
    public required CnnExperimentSettings Settings { get; init; }
    /// <summary>Processes to start here; null: none was asked for.</summary>
    public required int? Workers { get; init; }

    public required string? Storage { get; init; }

    /// <summary>Null: workers see the folder.</summary>
    public required string? Store { get; init; }

    /// <summary>Null: the storage's default.</summary>
    public required TimeSpan? Takeover { get; init; }

    public required bool Json { get; init; }
}

/// <summary>Runs an experiment as requested and tells the result.</summary>
internal static class Comparison
{
    public static int Run(ComparisonRequest request)
    {
        if (request.Validation is { } other && other.Pixels != request.Data.Pixels)
            throw new UsageException("--data and --validation must both be images in files, both MNIST or drawn digits, or both CIFAR.");
        var mlContext = Messages.CreateContext();
        var settings = request.Settings;
        settings.Notes = NotesOf(request);
        var train = request.Data.Load(mlContext, DataRole.Training);
        var validation = request.Validation?.Load(mlContext, DataRole.Validation);
        if (validation is not null)
            Labels.RequireKnown(validation, Labels.Of(train).Distinct(), "the training data");
        var display = new ComparisonDisplay();
        settings.Progress = display;
        using var executor = ComparisonWorkers.Start(request);
        settings.Executor = executor;
        var experiment = mlContext.MulticlassClassification.CreateCnnExperiment(settings);
        var result = display.Show(() => experiment.Execute(train, validation, Training.Preparation(mlContext, request.Data)));
        Tell(request, result);
        return settings.CancellationToken.IsCancellationRequested ? ExitCode.Interrupted : result.BestRun is null ? ExitCode.Failure : ExitCode.Success;
    }

    private static Dictionary<string, string> NotesOf(ComparisonRequest request)
    {
        var notes = new Dictionary<string, string>
        {
            [CnnExperimentNotes.Data] = request.Data.Text,
            [CnnExperimentNotes.Form] = request.Data.Form,
            [CnnExperimentNotes.AllowsEmptyClasses] = request.Data.AllowsEmptyClasses.ToString(),
        };
        if (request.Validation is { } validation)
            notes[CnnExperimentNotes.Validation] = validation.Text;
        return notes;
    }

    private static void Tell(ComparisonRequest request, CnnExperimentResult result)
    {
        var folder = request.Settings.Folder!;
        if (request.Json)
        {
            Console.Out.WriteLine(result.Leaderboard.ToJson(indented: false));
            return;
        }
        Messages.Output.Write(ComparisonTable.Of(result.Leaderboard));
        if (result.BestRun is not { } best)
        {
            Messages.Error($"No network was trained as far as to be compared: {result.EndReason}. '{folder}' says why.");
            return;
        }
        Messages.Output.WriteLine($"The best is {best.TrainerName}; its model is {Path.Join(folder, "best", "model.zip")}.");
        if (result.Ensemble is { IsMoreThanChance: true } ensemble)
        {
            Messages.Output.WriteLine($"An ensemble of trials {string.Join(", ", ensemble.Members.Select(member => member.Trial))} would be better: "
                + string.Create(CultureInfo.InvariantCulture, $"{ensemble.ExpectedMetric:0.000} is expected of it."));
        }
        Messages.Output.WriteLine($"The report is {Path.Join(folder, "report.html")}. Ended: {result.EndReason}.");
    }
}
