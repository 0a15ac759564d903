namespace MlCnn.Docs;

/// <summary>
/// Reads snippets from C# files: the lines between <c>// snippet: name</c> and <c>// end snippet</c>, without those that say <c>// hidden: why</c>.
/// </summary>
internal static class SnippetSource
{
    private const string Begin = "// snippet: ";
    private const string End = "// end snippet";
    private const string Hidden = "// hidden: ";

    /// <param name="lines">A C# file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <returns>Names and code, moved to the left margin.</returns>
    public static IEnumerable<(string Name, string Code)> Read(IReadOnlyList<string> lines, string file)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Begin, StringComparison.Ordinal))
                continue;
            var name = lines[i].Trim()[Begin.Length..];
            var start = ++i;
            while (i < lines.Count && lines[i].Trim() != End)
                i++;
            if (i == lines.Count)
                throw new InvalidDataException($"The snippet '{name}' of {file} has no '{End}'.");
            yield return (name, Dedent([.. lines.Skip(start).Take(i - start).Where(line => !line.Contains(Hidden, StringComparison.Ordinal))]));
        }
    }

    private static string Dedent(string[] lines)
    {
        var margin = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty(0).Min();
        return string.Join('\n', lines.Select(line => line.Length > margin ? line[margin..] : ""));
    }
}
