namespace Ml.Cnn.Trainers.Tests.Repository;

[TestClass]
public class LineLengthTests
{
    private const int Longest = 160; // as .editorconfig says

    /// <summary>Protects readers of code and of changes: every line can be seen whole.</summary>
    [TestMethod]
    public void No_line_of_code_is_longer_than_the_editor_shows()
    {
        var root = SourceFiles.Root();
        string[] files = [.. new[] { "src", "samples", "tests", "build" }.SelectMany(folder => SourceFiles.Below(Path.Combine(root, folder)))];
        Assert.IsGreaterThan(300, files.Length);
        AssertFits(root, files, _ => false);
    }

    /// <summary>Protects readers of documents and of their changes. A table's row cannot be broken.</summary>
    [TestMethod]
    public void No_line_of_a_document_is_longer_than_the_editor_shows()
    {
        var root = SourceFiles.Root();
        string[] files = [.. new[] { "", "docs", "build" }.SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.md"))];
        Assert.IsGreaterThan(12, files.Length);
        AssertFits(root, files, line => line.StartsWith('|'));
    }

    private static void AssertFits(string root, IEnumerable<string> files, Func<string, bool> mayBeLonger)
    {
        string[] longer = [.. files.SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > Longest && !mayBeLonger(line.Item))
            .Select(line => $"{Path.GetRelativePath(root, file)}({line.Index + 1}): {line.Item.Length} characters"))];
        Assert.IsEmpty(longer, string.Join(Environment.NewLine, longer));
    }
}
