using System.Text;
using System.Text.RegularExpressions;
using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Architectures.Described;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>
/// Module paths for the layers of a file's network: those that the names of its weights or its nodes tell ("layer1.0.conv1.weight",
/// "/layer1/layer1.0/conv1/Conv"), made valid and unique.
/// </summary>
internal static partial class StepNames
{
    private const int LongestHint = 150;

    // The ends of weights' names that say which part a tensor plays, not whose it is.
    private static readonly HashSet<string> s_roles =
        ["weight", "bias", "gamma", "beta", "kernel", "running_mean", "running_var", "moving_mean", "moving_variance", "scale", "gains", "offsets", "W", "B",
            "w", "b"];

    /// <summary>A path for each step but the images.</summary>
    public static Dictionary<ImportStep, string> Of(StepGraph graph)
    {
        var names = new Dictionary<ImportStep, string>();
        var taken = new HashSet<string> { LayerGraph.Images };
        var inner = new HashSet<string>(); // paths that lead to further layers
        var counts = new Dictionary<string, int>();
        // Layers with weights first: their names are in files of weights.
        foreach (var step in graph.Steps.Skip(1).OrderBy(step => step.Weights.Count == 0))
        {
            var hint = OfWeight(step.WeightName) ?? OfNode(step.Node) ?? step.Kind;
            if (PathsAbove(hint).Any(taken.Contains)) // nothing lies under a layer
                hint = hint.Replace('.', '_');
            var name = hint;
            while (!IsFree(name))
            {
                var count = counts[hint] = counts.GetValueOrDefault(hint) + 1;
                name = FormattableString.Invariant($"{hint}_{count}");
            }
            taken.Add(name);
            foreach (var path in PathsAbove(name))
                inner.Add(path);
            names.Add(step, name);
        }
        return names;

        bool IsFree(string name) => !taken.Contains(name) && !inner.Contains(name) && !PathsAbove(name).Any(taken.Contains);
    }

    /// <summary>"layer1.0.conv1" of "layer1.0.conv1.weight"; null where the name tells nothing.</summary>
    public static string? OfWeight(string? name)
    {
        if (name is null || !WeightName().IsMatch(name))
            return null;
        var dot = name.LastIndexOf('.');
        return Valid(s_roles.Contains(name[(dot + 1)..]) ? name[..dot].Split('.') : name.Split('.'));
    }

    /// <summary>"layer1.0.conv1" of the node "/layer1/layer1.0/conv1/Conv"; null where the name tells nothing.</summary>
    public static string? OfNode(OnnxNode? node)
    {
        if (node is null || node.Name.Length == 0)
            return null;
        var words = node.Name.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        // The last word is the operator, "Conv" or "Conv_1", where there are more.
        if (words.Count > 1 && words[^1].StartsWith(node.Operator, StringComparison.OrdinalIgnoreCase))
            words.RemoveAt(words.Count - 1);
        // Inside a sequence, PyTorch names each module with the sequence's own name before it.
        for (var i = words.Count - 1; i > 0; i--)
        {
            if (words[i].StartsWith(words[i - 1] + ".", StringComparison.Ordinal))
                words.RemoveAt(i - 1);
        }
        return Valid(words.SelectMany(word => word.Split('.')));
    }

    private static string? Valid(IEnumerable<string> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            if (text.Length + word.Length > LongestHint)
                break;
            if (word.Length == 0)
                continue;
            if (text.Length > 0)
                text.Append('.');
            foreach (var letter in word)
                text.Append(char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '_');
        }
        return text.Length > 0 ? text.ToString() : null;
    }

    private static IEnumerable<string> PathsAbove(string name)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            yield return name[..dot];
    }

    // Words with dots between, as PyTorch names weights; not "onnx::Conv_193" or "Parameter12".
    [GeneratedRegex(@"^[A-Za-z_][\w-]*(\.[\w-]+)+$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex WeightName();
}
