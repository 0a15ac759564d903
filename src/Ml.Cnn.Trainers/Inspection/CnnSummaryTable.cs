using System.Globalization;
using System.Text;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Inspection;

/// <summary>A <see cref="CnnSummary"/> as lines of text: the network, a row per layer, the totals.</summary>
internal static class CnnSummaryTable
{
    private const string Gap = "  ";
    private const int ShortestName = 16;

    /// <param name="Title">Above the column.</param>
    /// <param name="Cell">A layer's text.</param>
    /// <param name="Expendable">The column with the highest number is left out first; 0: never.</param>
    /// <param name="IsNumber">Whether the text stands at the right.</param>
    private sealed record Column(string Title, Func<CnnLayerSummary, string> Cell, int Expendable = 0, bool IsNumber = true);

    private static readonly Column[] s_columns =
    [
        new("Layer", layer => layer.Name, IsNumber: false),
        new("Kind", layer => layer.Kind, IsNumber: false),
        new("Kernel", layer => Text(layer.Kernel), Expendable: 2),
        new("Stride", layer => Text(layer.Stride), Expendable: 3),
        new("Padding", layer => Text(layer.Padding), Expendable: 4),
        new("Groups", layer => layer.Groups is > 1 and var groups ? Number(groups) : "", Expendable: 5),
        new("Input", layer => Shape(layer.InputShape), Expendable: 6),
        new("Output", layer => Shape(layer.OutputShape)),
        new("Parameters", layer => Count(layer.Parameters)),
        new("Multiply-adds", layer => Count(layer.MultiplyAdds)),
        new("Activations", layer => Bytes(layer.ActivationBytes), Expendable: 1),
    ];

    public static string Write(CnnSummary summary, int width)
    {
        var text = new StringBuilder();
        var classes = summary.Classes == 1 ? "class" : "classes";
        text.AppendLine(CultureInfo.InvariantCulture, $"{summary.Architecture}: images of {Shape(summary.InputShape)}, {summary.Classes:N0} {classes}");
        text.AppendLine();
        if (summary.Layers.Count > 0)
            WriteLayers(text, summary.Layers, width);
        else
            text.AppendLine("Its layers are not this library's, so there is no row for them.").AppendLine();
        WriteTotals(text, summary);
        return text.ToString().TrimEnd();
    }

    private static void WriteLayers(StringBuilder text, IReadOnlyList<CnnLayerSummary> layers, int width)
    {
        var columns = s_columns.Where(column => layers.Any(layer => column.Cell(layer).Length > 0)).ToList();
        var widths = columns.ToDictionary(column => column, column => Math.Max(layers.Max(layer => column.Cell(layer).Length), column.Title.Length));
        while (Total() > width && columns.Where(column => column.Expendable > 0).MaxBy(column => column.Expendable) is { } least)
        {
            columns.Remove(least);
            widths.Remove(least);
        }
        if (Total() > width)
            widths[columns[0]] = Math.Max(ShortestName, widths[columns[0]] - (Total() - width));

        Row(column => column.Title);
        Rule();
        foreach (var layer in layers)
            Row(column => column.Cell(layer));
        Rule();

        int Total() => widths.Values.Sum() + Gap.Length * (widths.Count - 1);

        void Rule() => text.Append('─', Total()).AppendLine();

        void Row(Func<Column, string> cell) =>
            text.AppendLine(string.Join(Gap, columns.Select(column => Fit(cell(column), widths[column], column.IsNumber))).TrimEnd());
    }

    private static void WriteTotals(StringBuilder text, CnnSummary summary)
    {
        var fixedParameters = summary.Parameters - summary.TrainableParameters;
        Total("Parameters", fixedParameters == 0
            ? Number(summary.Parameters)
            : $"{Number(summary.Parameters)}, of which {Number(summary.TrainableParameters)} are trained");
        if (summary.MultiplyAdds is { } multiplyAdds)
            Total("Multiply-adds", $"{Number(multiplyAdds)} per image");
        if (summary.Layers.Count > 0)
            Total("Activations", $"{Bytes(summary.ActivationBytes)} per image in float32");
        Total("Weights", Bytes(summary.WeightBytes));

        void Total(string name, string value) => text.AppendLine(name.PadRight(13) + Gap + value);
    }

    // A path's end tells more than its beginning.
    private static string Fit(string text, int width, bool isNumber) =>
        text.Length > width ? "…" + text[^(width - 1)..] : isNumber ? text.PadLeft(width) : text.PadRight(width);

    private static string Text(Size2d? extent) => extent is { } size ? size.Height == size.Width && size.Height == 0 ? "0" : size.ToString() : "";

    private static string Shape(IReadOnlyList<int> shape) => string.Join('×', shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));

    private static string Count(long count) => count == 0 ? "" : Number(count);

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:N1} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):N1} MiB"),
    };
}
