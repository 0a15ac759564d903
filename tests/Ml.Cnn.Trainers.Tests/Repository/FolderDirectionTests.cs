using System.Text.RegularExpressions;

namespace Ml.Cnn.Trainers.Tests.Repository;

[TestClass]
public partial class FolderDirectionTests
{
    // From the bottom up. A folder's types may name types of the folders before it, and of its own.
    private static readonly string[] s_order =
    [
        "Text", "IO", "Layers", "Losses", "Architectures", "Runtime", "Graph",
        "Weights/Formats", "Weights/PyTorch", "Weights/Pretrained", "Weights/Download", "Weights",
        "Metrics", "Progress", "Input", "Settings", "Execution", "Compilation", "Onnx", "Model", "Probabilities", "Scoring", "Persistence", "Exchange",
        "Transformers", "Serving", "Options", "Transfer",
        "Training/Checkpoints", "Training/Optimization", "Training/Control", "Training/Reporting", "Training/Steps",
        "Training/Setup", "Training", "Inspection", "Catalog",
    ];

    /// <summary>Protects readers: what a folder builds on lies below it, so that it can be read, changed and tested without what lies above.</summary>
    [TestMethod]
    public void Folders_refer_to_the_folders_below_them_alone()
    {
        var sources = SourceFiles.Root("src/Ml.Cnn.Trainers");
        var folders = SourceFiles.Below(sources).Where(file => Path.GetDirectoryName(file) != sources)
            .SelectMany(file => Declarations().Matches(File.ReadAllText(file)).Select(match => (Name: match.Groups[1].Value, Folder: FolderOf(sources, file))))
            .Distinct().ToLookup(pair => pair.Name, pair => pair.Folder);
        string[] unknown = [.. folders.SelectMany(group => group).Distinct().Except(s_order)];
        Assert.IsEmpty(unknown, $"Folders without a place in the order: {string.Join(", ", unknown)}");

        var named = 0;
        List<string> wrong = [];
        foreach (var type in typeof(CnnTrainer).Assembly.GetTypes().Where(type => type.DeclaringType is null))
        {
            if (Place(type) is not { } place)
                continue;
            foreach (var other in TypeReferences.Of(type))
            {
                named++;
                if (Place(other) > place)
                    wrong.Add($"{s_order[place]}/{Name(type)} names {s_order[Place(other)!.Value]}/{Name(other)}");
            }
        }
        Assert.IsGreaterThan(1000, named, "References were looked for in vain.");
        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong.Order(StringComparer.Ordinal)));

        int? Place(Type type) => folders[Name(type)].Select(folder => (int?)Array.IndexOf(s_order, folder)).Max();
    }

    private static string Name(Type type) => type.Name.Split('`')[0];

    // The first two levels in Training and Weights, whose parts are large, and else the first.
    private static string FolderOf(string sources, string file)
    {
        var parts = Path.GetRelativePath(sources, file).Split(Path.DirectorySeparatorChar);
        return parts is ["Training" or "Weights", var inner, _, ..] ? $"{parts[0]}/{inner}" : parts[0];
    }

    [GeneratedRegex(@"^ {0,4}(?:(?:public|internal|abstract|sealed|static|readonly|ref|partial|unsafe) )+"
        + @"(?:class|record struct|record|struct|enum|interface) (\w+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Declarations();
}
