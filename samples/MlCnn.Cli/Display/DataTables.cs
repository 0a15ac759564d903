using System.Globalization;
using Ml.Cnn.Transforms;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>A look at data as tables: the whole, each class, and the images that need a person.</summary>
internal static class DataTables
{
    public static void Write(ImageDataReport report)
    {
        Messages.Output.Write(Overall(report));
        Messages.Output.Write(Classes(report));
        if (report.BadFiles.Count > 0)
            Messages.Output.Write(BadFiles(report));
        if (report.Duplicates.Count > 0)
            Messages.Output.Write(Duplicates(report));
        if (report.PassedOver.Count > 0)
            Messages.Output.Write(PassedOver(report));
    }

    private static Table Overall(ImageDataReport report)
    {
        var (sizes, channels) = (report.Sizes, report.Channels);
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumn("");
        table.AddColumn(new TableColumn("").RightAligned());
        table.AddRow("Images", Number(report.Images));
        table.AddRow("Classes", Number(report.Classes.Count));
        table.AddRow("Width", Range(sizes.MinWidth, sizes.MaxWidth));
        table.AddRow("Height", Range(sizes.MinHeight, sizes.MaxHeight));
        foreach (var (name, count) in (ReadOnlySpan<(string, long)>)[("Gray", channels.Gray), ("Color", channels.Rgb), ("Color with alpha", channels.Rgba)])
        {
            if (count > 0)
                table.AddRow(name, Number(count));
        }
        table.AddRow("Cannot be read", Number(report.BadFiles.Count));
        table.AddRow("Occur more than once", Number(report.Duplicates.Count));
        table.AddRow("Files passed over", Number(report.PassedOver.Sum(files => files.Count)));
        return table;
    }

    private static Table Classes(ImageDataReport report)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Class");
        table.AddColumn(new TableColumn("Images").NoWrap().RightAligned());
        foreach (var (label, count) in report.Classes)
            table.AddRow(Markup.Escape(label), Number(count));
        return table;
    }

    private static Table BadFiles(ImageDataReport report)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Cannot be read");
        table.AddColumn("Reason");
        foreach (var (file, reason) in report.BadFiles)
            table.AddRow(Markup.Escape(file), Markup.Escape(reason));
        return table;
    }

    private static Table Duplicates(ImageDataReport report)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Image");
        table.AddColumn("The same again");
        foreach (var files in report.Duplicates)
            table.AddRow(Markup.Escape(files[0]), Markup.Escape(string.Join(Environment.NewLine, files.Skip(1))));
        return table;
    }

    private static Table PassedOver(ImageDataReport report)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Passed over");
        table.AddColumn(new TableColumn("Files").NoWrap().RightAligned());
        table.AddColumn("");
        foreach (var files in report.PassedOver)
            table.AddRow(Markup.Escape(files.Kind), Number(files.Count), files.Format is { } format ? $"not read: {format}" : "");
        return table;
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Range(int least, int most) =>
        least == most ? FormattableString.Invariant($"{least}") : FormattableString.Invariant($"{least} to {most}");
}
