using System.Text.RegularExpressions;

namespace MlCnn.Docs;

/// <summary>
/// A table that compares another library's options (first column) with those of this one (third column), between
/// <c>&lt;!-- options --&gt;</c> and <c>&lt;!-- end options --&gt;</c>.
/// </summary>
internal static partial class OptionsTable
{
    private const string Begin = "<!-- options -->";
    private const string End = "<!-- end options -->";
    private const int Theirs = 1;
    private const int Ours = 3;

    /// <param name="text">The document.</param>
    /// <param name="existing">Every option and method that this library has.</param>
    /// <returns>
    /// Names in the third column that do not exist, and rows whose third column says "none" though there is an option all of whose words are
    /// in the other library's name: EarlyStopping for EarlyStoppingCriteria.
    /// </returns>
    public static IReadOnlyList<string> Check(string text, IReadOnlySet<string> existing)
    {
        var problems = new List<string>();
        foreach (var row in Rows(text))
        {
            foreach (var name in Names(row[Ours]).Where(name => !existing.Contains(name)))
                problems.Add($"'{name}' is said to exist, and does not.");
            if (row[Ours].Trim() != "none")
                continue;
            foreach (var missing in Names(row[Theirs]))
                foreach (var option in existing.Where(option => Words(option).IsSubsetOf(Words(missing))))
                    problems.Add($"'{missing}' is said to be missing, and there is '{option}'.");
        }
        return problems;
    }

    private static IEnumerable<string[]> Rows(string text)
    {
        var lines = text.Split('\n');
        var start = Array.IndexOf(lines, Begin);
        return start < 0 ? [] : lines[(start + 3)..Array.IndexOf(lines, End)].Select(line => line.Split('|')); // below the marker: names, dashes
    }

    private static IEnumerable<string> Names(string cell) => Code().Matches(cell).Select(match => match.Groups[1].Value);

    private static HashSet<string> Words(string name) => [.. Word().Matches(name).Select(match => match.Value)];

    [GeneratedRegex("`([A-Za-z0-9]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();
}
