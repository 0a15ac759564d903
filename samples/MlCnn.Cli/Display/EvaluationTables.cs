using System.Globalization;
using Microsoft.ML.Data;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>An evaluation as tables: the whole, each class, and which classes are taken for which.</summary>
internal static class EvaluationTables
{
    /// <summary>A larger confusion matrix fits no screen.</summary>
    private const int MostClassesOfMatrix = 20;

    public static void Write(EvaluateResult result, ConfusionMatrix matrix, int topK)
    {
        Messages.Output.Write(Overall(result, topK));
        if (result.Comparison is { } baseline)
            Messages.Output.Write(Comparison(result, baseline));
        Messages.Output.Write(PerClass(result));
        if (result.PerClass.Count <= MostClassesOfMatrix)
            Messages.Output.Write(Confusion(result, matrix));
    }

    private static Table Overall(EvaluateResult result, int topK)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumn("");
        table.AddColumn(new TableColumn("").RightAligned());
        table.AddRow("Images", result.Images.ToString("N0", CultureInfo.InvariantCulture));
        if (result.BadImages.Count > 0)
            table.AddRow("Left out", result.BadImages.Count.ToString("N0", CultureInfo.InvariantCulture));
        table.AddRow("Accuracy", Percent(result.MicroAccuracy));
        table.AddRow("Mean accuracy of the classes", Percent(result.MacroAccuracy));
        if (topK > 1 && topK < result.PerClass.Count)
            table.AddRow($"Among the {topK} best", Percent(result.Top5Accuracy));
        table.AddRow("Log loss", Number(result.LogLoss));
        table.AddRow("Calibration error", Percent(result.CalibrationError));
        if (result.PredictionSets is { } sets)
        {
            table.AddRow($"Sets that hold the class, of {Percent(sets.Coverage)} stated", Percent(sets.Covered));
            table.AddRow("Classes of a set", sets.MeanSize.ToString("0.00", CultureInfo.InvariantCulture));
        }
        table.AddRow($"Milliseconds per image, in {result.Precision}", Milliseconds(result.MillisecondsPerImage));
        return table;
    }

    // What was asked for beside one look of one network.
    private static Table Comparison(EvaluateResult result, EvaluationComparison baseline)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle("Gain and cost") };
        table.AddColumn("");
        foreach (var name in (string[])["As asked for", $"{Markup.Escape(baseline.Network)}, one look", "Difference"])
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        table.AddRow("Accuracy", Percent(result.MicroAccuracy), Percent(baseline.MicroAccuracy),
            FormattableString.Invariant($"{(result.MicroAccuracy - baseline.MicroAccuracy) * 100:+0.0;-0.0;0.0} points"));
        table.AddRow("Log loss", Number(result.LogLoss), Number(baseline.LogLoss),
            FormattableString.Invariant($"{result.LogLoss - baseline.LogLoss:+0.0000;-0.0000;0.0000}"));
        table.AddRow("Calibration error", Percent(result.CalibrationError), Percent(baseline.CalibrationError),
            FormattableString.Invariant($"{(result.CalibrationError - baseline.CalibrationError) * 100:+0.0;-0.0;0.0} points"));
        table.AddRow("Milliseconds per image", Milliseconds(result.MillisecondsPerImage), Milliseconds(baseline.MillisecondsPerImage),
            FormattableString.Invariant($"{result.MillisecondsPerImage / baseline.MillisecondsPerImage:0.00} times"));
        table.AddRow("The same answer", Percent(baseline.SameAnswers), "", "");
        return table;
    }

    private static Table PerClass(EvaluateResult result)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Class");
        foreach (var name in (string[])["Precision", "Recall", "Images"])
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        foreach (var entry in result.PerClass)
            table.AddRow(Markup.Escape(entry.Label), Percent(entry.Precision), Percent(entry.Recall),
                entry.Support.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }

    private static Table Confusion(EvaluateResult result, ConfusionMatrix matrix)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle("True class in rows, predicted in columns") };
        table.AddColumn("");
        foreach (var entry in result.PerClass)
            table.AddColumn(new TableColumn(Markup.Escape(entry.Label)).RightAligned());
        for (var actual = 0; actual < result.PerClass.Count; actual++)
        {
            var counts = matrix.Counts[actual].Select((count, predicted) => Cell(count, actual == predicted));
            table.AddRow([Markup.Escape(result.PerClass[actual].Label), .. counts]);
        }
        return table;
    }

    private static string Cell(double count, bool isRight)
    {
        var text = count.ToString("0", CultureInfo.InvariantCulture);
        return count == 0 ? "[gray]·[/]" : isRight ? $"[green]{text}[/]" : $"[red]{text}[/]";
    }

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.0} %");
}
