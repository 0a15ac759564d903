using Ml.Cnn.OnnxConverter.Import.Patterns;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>
/// Which layers of a file's network belong together, for unfreezing: those between two places where all that is known of an image is one value, as long as
/// that has one size. So a network's blocks stay whole, and each halving of the maps begins a stage.
/// </summary>
internal static class StageList
{
    /// <summary>Module paths of each stage, from the input to the head.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="names">The steps' paths.</param>
    /// <param name="weighted">The paths of layers with weights.</param>
    /// <param name="head">The head's path: it and all behind it are the last stage.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Of(StepGraph graph, Dictionary<ImportStep, string> names, HashSet<string> weighted, string head)
    {
        var stages = new List<List<string>> { new() };
        var sizeOfStage = 0L;
        var waiting = new List<string>(); // since the last place where there was one value
        var isHead = false;
        foreach (var (step, isPlace) in Places(graph))
        {
            if (names.TryGetValue(step, out var name) && weighted.Contains(name))
            {
                if (Architecture.IsUnder(head, name) && !isHead)
                {
                    Place(waiting, size: -1);
                    waiting.Clear();
                    Begin();
                    isHead = true;
                }
                waiting.Add(name);
            }
            if (!isPlace || isHead)
                continue;
            Place(waiting, step.Shape.Length == 3 ? step.Shape[1] * (long)step.Shape[2] : 1);
            waiting.Clear();
        }
        stages[^1].AddRange(waiting);
        stages.RemoveAll(stage => stage.Count == 0);
        for (var i = 1; i < stages.Count - 1; i++)
            KeepBlock(stages, i);
        return [.. Paths(stages)];

        void Place(List<string> layers, long size)
        {
            if (layers.Count == 0)
                return;
            if (size != sizeOfStage && size >= 0)
            {
                Begin();
                sizeOfStage = size;
            }
            stages[^1].AddRange(layers);
        }

        void Begin()
        {
            if (stages[^1].Count > 0)
                stages.Add([]);
        }
    }

    // Whether, when a step is done, nothing else that was made before is taken later.
    private static IEnumerable<(ImportStep Step, bool IsPlace)> Places(StepGraph graph)
    {
        var positions = graph.Steps.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var last = 0; // use of all that was made before
        foreach (var (i, step) in graph.Steps.Index())
        {
            yield return (step, last <= i);
            last = Math.Max(last, graph.Users(step).Select(user => positions[user]).DefaultIfEmpty(i).Max());
        }
    }

    // A block that widens before it halves the maps begins in one stage and ends in the next: "features.2.conv.0" and "features.2.conv.1". It goes to the next
    // as a whole, where the names say that it is one.
    private static void KeepBlock(List<List<string>> stages, int next)
    {
        var (before, after) = (stages[next - 1], stages[next]);
        var block = Above(after[0]).SkipLast(1).LastOrDefault(path => Architecture.IsUnder(path, before[^1]));
        if (block is null || stages.Where(stage => stage != before && stage != after).Any(stage => stage.Exists(IsOfBlock)))
            return;
        var first = before.FindIndex(IsOfBlock);
        if (first == 0 || !before.Skip(first).All(IsOfBlock))
            return;
        after.InsertRange(0, before[first..]);
        before.RemoveRange(first, before.Count - first);

        bool IsOfBlock(string name) => Architecture.IsUnder(block, name);
    }

    // The shortest paths that lead to a stage's layers and no others.
    private static IEnumerable<IReadOnlyList<string>> Paths(List<List<string>> stages)
    {
        const int Several = -1;
        var stageOf = new Dictionary<string, int>();
        foreach (var (i, stage) in stages.Index())
        {
            foreach (var path in stage.SelectMany(Above))
                stageOf[path] = stageOf.TryGetValue(path, out var other) && other != i ? Several : i;
        }
        return stages.Select(stage => (IReadOnlyList<string>)[.. stage.Select(name => Above(name).First(path => stageOf[path] != Several)).Distinct()]);
    }

    // "layer1", "layer1.0", "layer1.0.conv1".
    private static IEnumerable<string> Above(string name)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            yield return name[..dot];
        yield return name;
    }
}
