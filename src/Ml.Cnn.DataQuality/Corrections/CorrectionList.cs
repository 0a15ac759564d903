using System.Globalization;
using Ml.Cnn.DataQuality.Writing;
using nietras.SeparatedValues;

namespace Ml.Cnn.DataQuality.Corrections;

/// <summary>A line of a list of findings.</summary>
/// <param name="Line">Its number in the file, from 1.</param>
/// <param name="File">The image's path or name; null where the list has none.</param>
/// <param name="Row">The image's row; null where the list has none.</param>
/// <param name="Class">The label that the finding is about; null where the list has none.</param>
/// <param name="Proposed">The proposed class; empty for none.</param>
/// <param name="Action">What to do; null where the list has no such column.</param>
internal sealed record CorrectionLine(int Line, string? File, long? Row, string? Class, string Proposed, DataProblemAction? Action);

/// <summary>
/// Reads the file that <see cref="DataProblemReport.SaveCsv"/> wrote, as it is or changed by hand; a list of files alone will do to leave these out.
/// </summary>
internal static class CorrectionList
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It has neither files nor rows, or a line says what cannot be; the message names the line.</exception>
    public static IReadOnlyList<CorrectionLine> Read(string path)
    {
        List<CorrectionLine> lines = [];
        try
        {
            using var reader = Sep.New(',').Reader(options => options with { Unescape = true }).FromFile(path);
            var names = reader.Header.ColNames;
            if (!names.Contains(ProblemCsv.File) && !names.Contains(ProblemCsv.Row))
            {
                throw new InvalidDataException($"'{path}' has neither a column '{ProblemCsv.File}' nor a column '{ProblemCsv.Row}': its first line must name "
                    + "the columns, as 'mlcnn data --report' writes them.");
            }
            foreach (var row in reader)
            {
                lines.Add(new(row.LineNumberFrom, Value(row, names, ProblemCsv.File), RowOf(path, row.LineNumberFrom, Value(row, names, ProblemCsv.Row)),
                    Value(row, names, ProblemCsv.Class), Value(row, names, ProblemCsv.Proposed) ?? "",
                    ActionOf(path, row.LineNumberFrom, Value(row, names, ProblemCsv.Action))));
            }
        }
        catch (InvalidDataException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}' cannot be read as comma-separated values: {e.Message}", e);
        }
        return lines;
    }

    private static string? Value(SepReader.Row row, IReadOnlyList<string> names, string name) => names.Contains(name) ? row[name].ToString() : null;

    private static long? RowOf(string path, int line, string? text) => text is null or "" ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row
        : throw new InvalidDataException($"'{path}', line {line}: '{text}' is no row; rows are whole numbers from 0.");

    private static DataProblemAction? ActionOf(string path, int line, string? text) => text is null ? null
        : Enum.TryParse<DataProblemAction>(text, ignoreCase: true, out var action) && Enum.IsDefined(action) && !char.IsAsciiDigit(text[0]) ? action
        : throw new InvalidDataException($"'{path}', line {line}: the action '{text}' is none of "
            + $"{string.Join(", ", Enum.GetValues<DataProblemAction>().Select(ProblemWords.Word))}.");
}
