using System.Globalization;
using Ml.Cnn.Trainers;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>The loss over rising learning rates as a table with bars, and the rate to take.</summary>
internal static class LearningRateChart
{
    private const int Rows = 25;
    private const int BarLength = 40;

    public static void Write(LearningRateCurve curve)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("Learning rate").NoWrap().RightAligned());
        table.AddColumn(new TableColumn("Loss").NoWrap().RightAligned());
        table.AddColumn(new TableColumn("").NoWrap());
        var highest = curve.Points.Select(point => point.SmoothedLoss).DefaultIfEmpty(1).Max();
        var every = Math.Max(1, (curve.Points.Count + Rows - 1) / Rows);
        for (var i = 0; i < curve.Points.Count; i++)
        {
            var point = curve.Points[i];
            var isSuggested = point.LearningRate == curve.Suggestion;
            if (i % every == 0 || isSuggested || i == curve.Points.Count - 1)
                table.AddRow(Rate(point.LearningRate), FormattableString.Invariant($"{point.SmoothedLoss:0.0000}"),
                    new string('█', Math.Clamp((int)(BarLength * point.SmoothedLoss / highest), 0, BarLength))
                    + (isSuggested ? " ← falls most steeply" : ""));
        }
        Messages.Output.Write(table);
        Messages.Output.WriteLine(curve.Suggestion is { } rate ? $"Suggested: --learning-rate {Rate(rate)}"
            : "The loss never fell: there is no learning rate to suggest. Give more steps, or rates from lower ones on (--from, --to, --steps).");
    }

    // As --learning-rate takes it.
    private static string Rate(double rate) => rate.ToString(rate < 0.001 ? "0.0e-0" : "0.####", CultureInfo.InvariantCulture);
}
