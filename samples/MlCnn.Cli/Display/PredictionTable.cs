using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>The classes of images as a table: one line per image, the runners-up beside the winner.</summary>
internal static class PredictionTable
{
    /// <summary>Runners-up below this say nothing.</summary>
    private const float Negligible = 0.0005f;

    public static void Write(PredictResult result)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("File");
        table.AddColumn("Class");
        table.AddColumn(new TableColumn("Probability").NoWrap().RightAligned());
        var anyOther = result.Predictions.Any(p => p.Top.Count > 1);
        if (anyOther)
            table.AddColumn("Then");
        foreach (var prediction in result.Predictions)
        {
            string[] cells = [prediction.File, prediction.Label, Percent(prediction.Probability)];
            if (anyOther)
                cells = [.. cells, string.Join(", ", prediction.Top.Skip(1).Where(other => other.Probability >= Negligible).Select(other => $"{other.Label} {Percent(other.Probability)}"))];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }
        Messages.Output.Write(table);
    }

    private static string Percent(float probability) => FormattableString.Invariant($"{probability * 100:0.0} %");
}
