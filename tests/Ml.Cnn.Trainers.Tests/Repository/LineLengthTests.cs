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
        string[] longer = [.. files.SelectMany(file => File.ReadLines(file).Index().Where(line => line.Item.Length > Longest)
            .Select(line => $"{Path.GetRelativePath(root, file)}({line.Index + 1}): {line.Item.Length} characters"))];
        Assert.IsEmpty(longer, string.Join(Environment.NewLine, longer));
    }
}
