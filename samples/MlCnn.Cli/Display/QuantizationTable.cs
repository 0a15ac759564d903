using System.Globalization;
using Ml.Cnn.OnnxConverter;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>What a network of 8-bit integers costs and gains, beside float32.</summary>
internal static class QuantizationTable
{
    private const double Mebibyte = 1048576;
    private const int Named = 10;

    public static void Write(OnnxQuantizationReport report, string? input, string? output)
    {
        Messages.Output.WriteLine($"It takes {input} and gives {output}.");
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("");
        foreach (var heading in (string[])["float32", "int8", ""])
            table.AddColumn(new TableColumn(heading).RightAligned());
        if (report is { Float32Accuracy: { } before, Accuracy: { } after, Loss: { } loss })
            table.AddRow("Accuracy", Percent(before), Percent(after), Invariant($"{-loss:+0.0#;-0.0#;0.0} points"));
        table.AddRow("Size", Invariant($"{report.Float32Bytes / Mebibyte:0.0} MiB"), Invariant($"{report.Bytes / Mebibyte:0.0} MiB"),
            Invariant($"× {(double)report.Bytes / report.Float32Bytes:0.00}"));
        if (report is { Float32ImagesPerSecond: { } slow, ImagesPerSecond: { } fast })
            table.AddRow("Images/s, ONNX Runtime here", Invariant($"{slow:0}"), Invariant($"{fast:0}"), Invariant($"× {fast / slow:0.00}"));
        Messages.Output.Write(table);
        Messages.Output.WriteLine(Invariant($"Ranges are from {report.CalibrationImages:N0} images, the accuracy from {report.EvaluationImages:N0} others, ")
            + Invariant($"{Percent(report.Disagreement)} of which got another class."));
        if (report.Float32Nodes.Count > 0)
        {
            var more = report.Float32Nodes.Count - Named;
            Messages.Output.WriteLine($"Still in float32: {string.Join(", ", report.Float32Nodes.Take(Named))}"
                + (more > 0 ? Invariant($" and {more} more.") : "."));
        }
    }

    private static string Percent(double share) => Invariant($"{share * 100:0.0} %");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
