using System.Globalization;
using Ml.Cnn.Evaluation;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>An evaluation as tables: the whole, each class, and which classes are taken for which.</summary>
internal static class EvaluationTables
{
    /// <summary>A larger confusion matrix fits no screen.</summary>
    private const int MostClassesOfMatrix = 20;

    /// <param name="result">As --json writes it.</param>
    /// <param name="evaluation">Of which it was made.</param>
    /// <param name="against">Another model's; null without.</param>
    /// <param name="compared">Both models; null without.</param>
    public static void Write(EvaluateResult result, CnnEvaluation evaluation, CnnEvaluation? against, CnnModelComparison? compared)
    {
        Messages.Output.Write(Overall(result, evaluation));
        if (result.Comparison is { } baseline)
            Messages.Output.Write(Comparison(result, baseline));
        if (compared is not null)
            Messages.Output.Write(Against(evaluation, against!, compared));
        Messages.Output.Write(PerClass(result));
        if (result.PerClass.Count <= MostClassesOfMatrix)
            Messages.Output.Write(Confusion(result, evaluation.Confusion));
    }

    private static Table Overall(EvaluateResult result, CnnEvaluation evaluation)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumn("");
        table.AddColumn(new TableColumn("").RightAligned());
        table.AddRow("Images", result.Images.ToString("N0", CultureInfo.InvariantCulture));
        if (result.BadImages.Count > 0)
            table.AddRow("Left out", result.BadImages.Count.ToString("N0", CultureInfo.InvariantCulture));
        var (interval, topK) = (evaluation.Accuracy.Interval, evaluation.TopAccuracy.Count);
        table.AddRow("Accuracy", Percent(result.MicroAccuracy));
        table.AddRow("With 95 % confidence", FormattableString.Invariant($"{interval.Lower * 100:0.0} to {interval.Upper * 100:0.0} %"));
        table.AddRow("Mean accuracy of the classes", Percent(result.MacroAccuracy));
        if (topK > 1 && topK < result.PerClass.Count)
            table.AddRow($"Among the {topK} best", Percent(result.Top5Accuracy));
        table.AddRow("Log loss", Number(result.LogLoss));
        table.AddRow("Calibration error", Percent(result.CalibrationError));
        if (evaluation.Costs is { } costs)
        {
            table.AddRow("Cost of an image", Number(costs.MeanCost.Value));
            table.AddRow("If the least expected cost decides", Number(costs.LeastExpectedCost.Value));
        }
        if (result.PredictionSets is { } sets)
        {
            table.AddRow($"Sets that hold the class, of {Percent(sets.Coverage)} stated", Percent(sets.Covered));
            table.AddRow("Classes of a set", sets.MeanSize.ToString("0.00", CultureInfo.InvariantCulture));
        }
        if (double.IsFinite(result.MillisecondsPerImage))
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

    private static Table Against(CnnEvaluation evaluation, CnnEvaluation against, CnnModelComparison compared)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle("Against the other model") };
        table.AddColumn("");
        foreach (var name in (string[])["This model", "The other", "Difference"])
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        var (difference, interval) = (compared.Difference.Value, compared.Difference.Interval);
        table.AddRow("Accuracy", Percent(evaluation.Accuracy.Value), Percent(against.Accuracy.Value),
            FormattableString.Invariant($"{difference * 100:+0.0;-0.0;0.0} points"));
        table.AddRow("With 95 % confidence", "", "",
            FormattableString.Invariant($"{interval.Lower * 100:+0.0;-0.0;0.0} to {interval.Upper * 100:+0.0;-0.0;0.0}"));
        table.AddRow("Right alone", compared.OnlyThis.Count.ToString("N0", CultureInfo.InvariantCulture),
            compared.OnlyOther.Count.ToString("N0", CultureInfo.InvariantCulture),
            compared.PValue < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {compared.PValue:0.000}"));
        table.AddRow("Log loss", Number(evaluation.LogLoss.Value), Number(against.LogLoss.Value),
            FormattableString.Invariant($"{evaluation.LogLoss.Value - against.LogLoss.Value:+0.0000;-0.0000;0.0000}"));
        table.AddRow("The same answer", Percent(compared.SameAnswers / (double)compared.Images), "", "");
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

    private static Table Confusion(EvaluateResult result, CnnConfusionMatrix matrix)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle("True class in rows, predicted in columns") };
        table.AddColumn("");
        foreach (var entry in result.PerClass)
            table.AddColumn(new TableColumn(Markup.Escape(entry.Label)).RightAligned());
        for (var actual = 0; actual < result.PerClass.Count; actual++)
        {
            var counts = Enumerable.Range(0, result.PerClass.Count).Select(predicted => Cell(matrix[actual, predicted], actual == predicted));
            table.AddRow([Markup.Escape(result.PerClass[actual].Label), .. counts]);
        }
        return table;
    }

    private static string Cell(int count, bool isRight)
    {
        var text = count.ToString(CultureInfo.InvariantCulture);
        return count == 0 ? "[gray]·[/]" : isRight ? $"[green]{text}[/]" : $"[red]{text}[/]";
    }

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.0} %");
}
