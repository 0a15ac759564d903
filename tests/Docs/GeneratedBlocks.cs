namespace MlCnn.Docs;

/// <summary>
/// The parts of a Markdown file that come from elsewhere: a C# block after <c>&lt;!-- snippet: name --&gt;</c>, and the table
/// between <c>&lt;!-- networks --&gt;</c> and <c>&lt;!-- end networks --&gt;</c>.
/// </summary>
internal static class GeneratedBlocks
{
    private const string SnippetMarker = "<!-- snippet: ";
    private const string HowToUpdate = "Run: dotnet run --project tests/Docs";

    /// <param name="text">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="snippets">Code by name.</param>
    /// <param name="networkTable">Makes the table of networks.</param>
    /// <returns>The file as it should be, and what is wrong with it as it is.</returns>
    public static (string Text, IReadOnlyList<string> Problems) Check(
        string text, string file, IReadOnlyDictionary<string, string> snippets, Func<string> networkTable)
    {
        var result = new List<string>();
        var problems = new List<string>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            result.Add(lines[i]);
            if (lines[i] == "<!-- networks -->")
                Replace("<!-- end networks -->", networkTable(), "The table of networks is out of date.");
            else if (lines[i].StartsWith("```", StringComparison.Ordinal) && lines[i].Length > 3)
                CodeBlock();

            void CodeBlock()
            {
                var isCSharp = lines[i] is "```csharp" or "```cs" or "```c#" or "```C#";
                var name = i > 0 && lines[i - 1].StartsWith(SnippetMarker, StringComparison.Ordinal)
                    ? lines[i - 1][SnippetMarker.Length..].Replace(" -->", "", StringComparison.Ordinal)
                    : null;
                if (name is not null && snippets.TryGetValue(name, out var code))
                {
                    Replace("```", code, $"The snippet '{name}' is out of date.");
                    return;
                }
                if (name is not null)
                    problems.Add($"{file}({i + 1}): there is no snippet '{name}' in tests/*/Snippets or samples.");
                else if (isCSharp)
                    problems.Add($"{file}({i + 1}): a block of C# needs <!-- snippet: name --> in the line before it, so that it is compiled.");
                while (i + 1 < lines.Length && lines[++i] != "```") // what is quoted inside is no block
                    result.Add(lines[i]);
                result.Add(lines[i]);
            }

            void Replace(string end, string content, string message)
            {
                var start = i + 1;
                var stop = Array.IndexOf(lines, end, start);
                if (stop < 0)
                {
                    problems.Add($"{file}({start}): '{end}' is missing.");
                    return;
                }
                if (string.Join('\n', lines[start..stop]) != content)
                    problems.Add($"{file}({start}): {message} {HowToUpdate}");
                result.AddRange(content.Split('\n'));
                result.Add(end);
                i = stop;
            }
        }
        return (string.Join('\n', result), problems);
    }
}
