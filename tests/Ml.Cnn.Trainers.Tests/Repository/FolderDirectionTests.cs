using System.Reflection;
using System.Text.RegularExpressions;
using Ml.Cnn.DataQuality;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Experiments;
using Ml.Cnn.Experiments.Hangfire;

namespace Ml.Cnn.Trainers.Tests.Repository;

[TestClass]
public partial class FolderDirectionTests
{
    // From the bottom up. A folder's types may name types of the folders before it, and of its own.
    private static readonly Dictionary<string, (Assembly Assembly, string[] Order)> s_projects = new()
    {
        ["Ml.Cnn.Trainers"] = (typeof(CnnTrainer).Assembly,
        [
            "Text", "IO", "Vectors", "Runtime", "Collectives", "Layers", "Losses", "Architectures", "Graph",
            "Weights/Formats", "Weights/PyTorch", "Weights/Pretrained", "Weights/Download", "Weights",
            "Metrics", "Progress", "Input", "Settings", "Execution", "Compilation", "Onnx", "Model", "Probabilities", "Scoring", "Persistence", "Exchange",
            "Transformers", "Features", "Serving", "Options", "Transfer",
            "Training/Checkpoints", "Training/Optimization", "Training/Control", "Training/Reporting", "Training/Steps",
            "Training/Defaults", "Training/Adaptation", "Training/Setup", "Training", "Training/Folds", "Inspection", "Catalog",
        ]),
        ["Ml.Cnn.Evaluation"] = (typeof(CnnInterval).Assembly,
            ["Scores", "Statistics", "Results", "Measures", "Pages", "Reports", "TrainingReports", "Catalog"]),
        ["Ml.Cnn.DataQuality"] = (typeof(DataProblem).Assembly,
            ["Findings", "Options", "Images", "Labels", "Neighbors", "Writing", "Corrections", "Reports", "Execution", "Catalog"]),
        ["Ml.Cnn.Experiments"] = (typeof(CnnExperiment).Assembly,
            ["Settings", "Trials", "Search", "Results", "Reports", "Storage", "Jobs", "Options", "Execution", "Catalog"]),
        ["Ml.Cnn.Experiments.Hangfire"] = (typeof(TrialStorage).Assembly, ["Storage", "Jobs", "Execution"]),
    };

    /// <summary>Protects readers: what a folder builds on lies below it, so that it can be read, changed and tested without what lies above.</summary>
    [TestMethod]
    [DataRow("Ml.Cnn.Trainers")]
    [DataRow("Ml.Cnn.Evaluation")]
    [DataRow("Ml.Cnn.DataQuality")]
    [DataRow("Ml.Cnn.Experiments")]
    [DataRow("Ml.Cnn.Experiments.Hangfire")]
    public void Folders_refer_to_the_folders_below_them_alone(string project)
    {
        var (assembly, order) = s_projects[project];
        var sources = SourceFiles.Root($"src/{project}");
        var folders = SourceFiles.Below(sources).Where(file => Path.GetDirectoryName(file) != sources)
            .SelectMany(file => Declarations().Matches(File.ReadAllText(file)).Select(match => (Name: match.Groups[1].Value, Folder: FolderOf(sources, file))))
            .Distinct().ToLookup(pair => pair.Name, pair => pair.Folder);
        string[] found = [.. folders.SelectMany(group => group).Distinct()];
        Assert.IsEmpty(found.Except(order), $"Folders without a place in the order: {string.Join(", ", found.Except(order))}");
        Assert.IsEmpty(order.Except(found), $"Places without a folder: {string.Join(", ", order.Except(found))}");

        var (placed, named) = (0, 0);
        List<string> wrong = [];
        foreach (var type in assembly.GetTypes().Where(type => type.DeclaringType is null))
        {
            if (Place(type) is not { } place)
                continue;
            placed++;
            foreach (var other in TypeReferences.Of(type))
            {
                named++;
                if (Place(other) > place)
                    wrong.Add($"{order[place]}/{Name(type)} names {order[Place(other)!.Value]}/{Name(other)}");
            }
        }
        Assert.IsGreaterThan(placed, named, "References were looked for in vain.");
        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong.Order(StringComparer.Ordinal)));

        int? Place(Type type) => folders[Name(type)].Select(folder => (int?)Array.IndexOf(order, folder)).Max();
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
