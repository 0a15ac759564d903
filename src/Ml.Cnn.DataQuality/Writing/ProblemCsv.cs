using System.Globalization;
using nietras.SeparatedValues;

namespace Ml.Cnn.DataQuality.Writing;

/// <summary>Findings as comma-separated values.</summary>
internal static class ProblemCsv
{
    public const string Kind = "kind";
    public const string File = "file";
    public const string Row = "row";
    public const string Class = "class";
    public const string Proposed = "proposed";
    public const string Action = "action";

    private static readonly string[] s_columns = [Kind, File, Row, Class, Proposed, "score", Action, "other", "reason"];

    /// <param name="problems">In their order.</param>
    /// <param name="folder">What paths start from; null: as they are.</param>
    public static string Write(IEnumerable<DataProblem> problems, string? folder)
    {
        using var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToText();
        writer.Header.Add(s_columns);
        writer.Header.Write(); // also where no row follows
        foreach (var problem in problems.Select(problem => ProblemPath.From(folder, problem)))
        {
            using var row = writer.NewRow();
            row[Kind].Set(ProblemWords.Word(problem.Kind));
            row[File].Set(problem.File);
            row[Row].Format(problem.Row);
            row[Class].Set(problem.Class);
            row[Proposed].Set(problem.ProposedClass ?? "");
            row["score"].Set(problem.Score.ToString("0.####", CultureInfo.InvariantCulture));
            row[Action].Set(ProblemWords.Word(problem.Action));
            row["other"].Set(problem.Other ?? "");
            row["reason"].Set(problem.Reason);
        }
        return writer.ToString();
    }
}
