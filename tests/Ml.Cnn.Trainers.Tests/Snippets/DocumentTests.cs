using MlCnn.Docs;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The documents quote code that is compiled and run, and a table that the catalog makes.</summary>
[TestClass]
public sealed class DocumentTests
{
    private static readonly Documents s_documents = Documents.Find();
    private static readonly Dictionary<string, string> s_snippets = new() { ["greet"] = "Greet();\nif (polite)\n    Bow();" };

    public static IEnumerable<string[]> Files() => s_documents.Files.Select(file => new[] { Path.GetRelativePath(s_documents.Repository, file) });

    [TestMethod]
    [DoNotParallelize] // torch's default device belongs to the process
    [DynamicData(nameof(Files))]
    public void Every_block_of_C_sharp_and_every_table_is_what_its_source_says(string file) =>
        Assert.IsEmpty(s_documents.Check(Path.Join(s_documents.Repository, file)).Problems);

    [TestMethod]
    public void A_link_within_the_repository_leads_to_a_file()
    {
        foreach (var file in s_documents.Files)
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), @"\]\((?!https?:)([^)#]+)[^)]*\)"))
                Assert.IsTrue(Path.Exists(Path.Join(Path.GetDirectoryName(file), link.Groups[1].Value)), $"{file}: {link.Groups[1].Value}");
    }

    [TestMethod]
    public void Code_that_has_changed_is_reported_and_replaced()
    {
        var (text, problems) = Check("<!-- snippet: greet -->\n```csharp\nHello();\n```\nend\n");
        Assert.Contains("The snippet 'greet' is out of date. Run: dotnet run --project tests/Docs", Assert.ContainsSingle(problems));
        Assert.AreEqual("<!-- snippet: greet -->\n```csharp\nGreet();\nif (polite)\n    Bow();\n```\nend\n", text);
        Assert.IsEmpty(Check(text).Problems);
    }

    [TestMethod]
    [DataRow("```csharp\nHello();\n```\n", "x.md(1): a block of C# needs <!-- snippet: name -->")]
    [DataRow("<!-- snippet: unknown -->\n```csharp\nHello();\n```\n", "x.md(2): there is no snippet 'unknown'")]
    [DataRow("<!-- snippet: greet -->\n```csharp\nHello();\n", "x.md(2): '```' is missing.")]
    public void Code_that_has_no_source_is_reported_and_kept(string text, string problem)
    {
        var (result, problems) = Check(text);
        Assert.Contains(problem, Assert.ContainsSingle(problems));
        Assert.AreEqual(text, result);
    }

    [TestMethod]
    public void Other_blocks_are_left_alone()
    {
        const string Text = "```bash\ndotnet test\n```\n\n```\n<!-- networks -->\n```\n";
        Assert.AreEqual(Text, Check(Text).Text);
    }

    [TestMethod]
    public void A_snippet_is_moved_to_the_left_margin()
    {
        string[] lines = ["    // snippet: one", "        if (x)", "", "            Y();", "    // end snippet"];
        Assert.AreEqual(("one", "if (x)\n\n    Y();"), Assert.ContainsSingle(SnippetSource.Read(lines, "x.cs")));
        Assert.ThrowsExactly<InvalidDataException>(() => SnippetSource.Read(lines[..3], "x.cs").ToArray());
    }

    private static (string Text, IReadOnlyList<string> Problems) Check(string text) => GeneratedBlocks.Check(text, "x.md", s_snippets, () => "| table |");
}
