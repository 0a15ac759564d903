using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML;
using MlCnn.Docs;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The documents quote code that is compiled and run, and a table that the catalog makes.</summary>
[TestClass]
public sealed partial class DocumentTests
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
            foreach (Match link in Link().Matches(File.ReadAllText(file)))
                Assert.IsTrue(Path.Exists(Path.Join(Path.GetDirectoryName(file), link.Groups[1].Value)), $"{file}: {link.Groups[1].Value}");
    }

    /// <summary>Protects those who move from ML.NET's own trainer: the page said that early stopping was missing long after it was there.</summary>
    [TestMethod]
    public void The_migration_table_names_options_that_exist_and_denies_none()
    {
        var page = File.ReadAllText(Path.Join(s_documents.Repository, "docs", "migrating.md"));
        Assert.Contains("<!-- options -->", page);
        Assert.IsEmpty(OptionsTable.Check(page, OptionsAndTrainers()));
    }

    [TestMethod]
    [DataRow("| `Epoch` | 200 | `Epochs` | 10 | |")]
    [DataRow("| `WorkspacePath` | none | none | | `Folder` |")]
    [DataRow("| `Epoch` | 200 | `Rounds` | 10 | |", "'Rounds' is said to exist, and does not.")]
    [DataRow("| `EarlyStoppingCriteria` | accuracy | none | | |", "'EarlyStoppingCriteria' is said to be missing, and there is 'EarlyStopping'.")]
    public void A_table_of_options_is_compared_with_the_code(string row, params string[] problems)
    {
        var text = $"<!-- options -->\n| Theirs | Default | Ours | Default | |\n|---|---|---|---|---|\n{row}\n<!-- end options -->";
        Assert.AreSequenceEqual(problems, OptionsTable.Check(text, new HashSet<string> { "Epochs", "EarlyStopping" }));
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
    public void A_snippet_is_moved_to_the_left_margin_and_hidden_lines_are_left_out()
    {
        string[] lines = ["    // snippet: one", "        if (x)", "        Z(); // hidden: it is slow", "", "            Y();", "    // end snippet"];
        Assert.AreEqual(("one", "if (x)\n\n    Y();"), Assert.ContainsSingle(SnippetSource.Read(lines, "x.cs")));
        Assert.ThrowsExactly<InvalidDataException>(() => SnippetSource.Read(lines[..3], "x.cs").ToArray());
    }

    private static HashSet<string> OptionsAndTrainers()
    {
        var types = typeof(CnnTransformer).Assembly.GetExportedTypes();
        var options = types.Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)).SelectMany(type => type.GetProperties())
            .Select(property => property.Name);
        var trainers = types.Where(type => type.IsAbstract && type.IsSealed).SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.GetParameters() is [var first, ..]
                && first.ParameterType == typeof(MulticlassClassificationCatalog.MulticlassClassificationTrainers))
            .Select(method => method.Name);
        return [.. options, .. trainers];
    }

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)[^)]*\)")]
    private static partial Regex Link();

    private static (string Text, IReadOnlyList<string> Problems) Check(string text) => GeneratedBlocks.Check(text, "x.md", s_snippets, () => "| table |");
}
