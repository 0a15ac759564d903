using System.Globalization;
using Ml.Cnn.DataQuality;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>
/// What may be wrong with a data set, as tables: how much of what, the surest findings of each kind, and the classes that are hard to tell apart.
/// </summary>
internal static class ProblemTables
{
    /// <summary>The rest is in the report.</summary>
    private const int MostRows = 10;

    public static void Write(DataProblemReport report)
    {
        Messages.Output.Write(Overall(report));
        foreach (var kind in report.Problems.GroupBy(problem => problem.Kind))
            Messages.Output.Write(Findings(kind.Key, [.. kind]));
        if (report.ConfusedClasses.Count > 0)
            Messages.Output.Write(Confused(report));
        foreach (var note in report.Notes)
            Messages.Note(note);
    }

    private static Table Overall(DataProblemReport report)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false };
        table.AddColumn("");
        table.AddColumn(new TableColumn("").RightAligned());
        foreach (var kind in Enum.GetValues<DataProblemKind>())
            table.AddRow(Title(kind), Number(report.Of(kind).Count()));
        if (report.Agreement is { } agreement)
            table.AddRow("Labels that the networks agree with", Percent(agreement));
        if (report.EstimatedLabelErrors is { } errors)
            table.AddRow("Labels that are wrong, by the confident joint", Percent(errors));
        return table;
    }

    private static Table Findings(DataProblemKind kind, DataProblem[] problems)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(problems.Length > MostRows ? $"{Title(kind)} ({MostRows} of {Number(problems.Length)})" : Title(kind));
        table.AddColumn("Class");
        table.AddColumn(new TableColumn("Score").NoWrap().RightAligned());
        table.AddColumn("Reason");
        foreach (var problem in problems.Take(MostRows))
        {
            table.AddRow(Markup.Escape(problem.File), Markup.Escape(problem.ProposedClass is { } proposed ? $"{problem.Class} → {proposed}" : problem.Class),
                problem.Score.ToString("0.000", CultureInfo.InvariantCulture), Markup.Escape(problem.Reason));
        }
        return table;
    }

    private static Table Confused(DataProblemReport report)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Hard to tell apart");
        table.AddColumn("");
        foreach (var name in (string[])["Taken for the other", "Of both", "Wrong labels"])
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        foreach (var pair in report.ConfusedClasses.Take(MostRows))
        {
            table.AddRow(Markup.Escape(pair.First), Markup.Escape(pair.Second), Number(pair.FirstTakenForSecond + pair.SecondTakenForFirst),
                Percent(pair.Share), Number(pair.LabelErrors));
        }
        return table;
    }

    private static string Title(DataProblemKind kind)
    {
        var words = kind.InWords();
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.0} %");
}
