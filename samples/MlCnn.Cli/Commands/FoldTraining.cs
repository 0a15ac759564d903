using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn train --folds --json.</summary>
/// <param name="Folds">What each network came to on its own fold.</param>
/// <param name="MicroAccuracy">The share of all images that the network which has not seen them names right, from 0 to 1.</param>
/// <param name="LogLoss">The mean of −ln of the right class's probability over all images.</param>
/// <param name="Classes">The classes in the order of the scores.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record FoldsResult(IReadOnlyList<FoldEntry> Folds, double MicroAccuracy, double LogLoss, IReadOnlyList<string> Classes, string Model);

/// <summary>A fold.</summary>
internal sealed record FoldEntry(int Fold, long Images, double MicroAccuracy, double LogLoss);

/// <summary>Trains a network for each fold, saves all as one model and tells the result.</summary>
internal static class FoldTraining
{
    /// <param name="mlContext">Makes the trainer.</param>
    /// <param name="train">The images.</param>
    /// <param name="request">All else that was asked for.</param>
    /// <param name="folds">How many.</param>
    /// <param name="fit">Fits the pipeline around a trainer.</param>
    public static int Run(MLContext mlContext, IDataView train, TrainingRequest request, int folds, Func<Func<CnnFoldTrainer>, ITransformer> fit)
    {
        ITransformer model;
        try
        {
            model = fit(() =>
            {
                var each = mlContext.MulticlassClassification.Trainers.Cnn(request.Architecture, request.Options);
                return mlContext.MulticlassClassification.Trainers.FoldEnsemble(each, folds, foldCallback: Tell);
            });
        }
        catch (OperationCanceledException e)
        {
            Messages.Error(request.Options.Checkpoints is null ? $"{e.Message.TrimEnd('.')}: nothing is saved. Give --checkpoint DIR to be able to."
                : "Stopped, and nothing is saved. The same command with --resume goes on where it was.");
            return ExitCode.Interrupted;
        }
        var ensemble = (CnnEnsemble)CnnClassifier.Find(model)!;
        mlContext.Model.SaveAtomically(model, train.Schema, request.Model);
        var all = ensemble.CrossValidation!;
        if (request.Options.LogFolder is { } logs)
        {
            foreach (var fold in all.Folds)
                Training.Report(fold.Model, Path.Join(logs, FormattableString.Invariant($"fold-{fold.Fold}")));
        }
        if (request.Json)
        {
            JsonOutput.Write(new FoldsResult([.. all.Folds.Select(fold => new FoldEntry(fold.Fold, fold.Images, fold.MicroAccuracy, fold.LogLoss))],
                all.MicroAccuracy, all.LogLoss, ensemble.ClassNames, request.Model));
            return ExitCode.Success;
        }
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in (string[])["Fold", "Images", "Accuracy", "Log loss"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var fold in all.Folds)
            Row(table, FormattableString.Invariant($"{fold.Fold}"), fold.Images, fold.MicroAccuracy, fold.LogLoss);
        Row(table, "all", all.Images, all.MicroAccuracy, all.LogLoss);
        Messages.Output.Write(table);
        Messages.Output.WriteLine($"Saved {ensemble.Name} for {ensemble.ClassNames.Count} classes to {request.Model}. The numbers are those of single networks "
            + "on images that they have not seen.");
        return ExitCode.Success;
    }

    private static void Tell(CnnFold fold)
    {
        var text = fold.ToString();
        Messages.Note(char.ToUpperInvariant(text[0]) + text[1..]);
    }

    private static void Row(Table table, string fold, long images, double accuracy, double logLoss) => table.AddRow(fold,
        images.ToString("N0", CultureInfo.InvariantCulture), FormattableString.Invariant($"{accuracy * 100:0.0} %"),
        logLoss.ToString("0.0000", CultureInfo.InvariantCulture));
}
