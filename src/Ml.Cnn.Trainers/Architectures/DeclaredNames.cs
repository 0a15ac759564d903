using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Compares the head and the stages that an architecture declares with the parameters of the module that it builds.</summary>
internal static class DeclaredNames
{
    private const int Listed = 5;

    /// <exception cref="InvalidOperationException">A path leads to no parameter, or a parameter is not in exactly one stage; the message names it.</exception>
    public static void Check(Architecture architecture, Module<Tensor, Tensor> network)
    {
        string[] names = [.. network.named_parameters().Select(parameter => parameter.name)];
        if (architecture.Head.Length > 0)
            MustLead("head", architecture.Head);
        foreach (var path in architecture.AuxiliaryHeads)
            MustLead("auxiliary head", path);
        foreach (var path in architecture.Stages.SelectMany(stage => stage))
            MustLead("stage", path);
        if (architecture.Stages.Count == 0)
            return;

        string[] missing = [.. names.Where(name => StagesOf(name).Length == 0)];
        if (missing.Length > 0)
        {
            throw Wrong($"every parameter belongs to exactly one stage, and to none belong: {string.Join(", ", missing.Take(Listed))}"
                + (missing.Length > Listed ? $" and {missing.Length - Listed} more" : ""));
        }
        if (names.FirstOrDefault(name => StagesOf(name).Length > 1) is { } twice)
        {
            throw Wrong($"every parameter belongs to exactly one stage, and '{twice}' belongs to the stages "
                + string.Join(" and ", StagesOf(twice).Select(stage => stage + 1)));
        }
        var last = architecture.Stages.Count - 1;
        if (names.FirstOrDefault(name => architecture.IsHead(name) && architecture.StageOf(name) != last) is { } early)
            throw Wrong($"the head belongs to the last stage, and '{early}' belongs to stage {architecture.StageOf(early) + 1} of {last + 1}");

        int[] StagesOf(string name) =>
            [.. Enumerable.Range(0, architecture.Stages.Count).Where(stage => architecture.Stages[stage].Any(path => Architecture.IsUnder(path, name)))];

        void MustLead(string what, string path)
        {
            if (!names.Any(name => Architecture.IsUnder(path, name)))
                throw Wrong($"the {what} '{path}' holds no parameter. The nearest paths are: {string.Join(", ", NearestNames.Of(path, Paths(names), Listed))}");
        }

        InvalidOperationException Wrong(string what) => new($"The declaration of {architecture.Name} does not fit its module: {what}.");
    }

    // "layer1.0.conv1.weight" lies under "layer1", "layer1.0" and "layer1.0.conv1".
    private static IEnumerable<string> Paths(IEnumerable<string> names) => names
        .SelectMany(name => Enumerable.Range(0, name.Length).Where(i => name[i] == '.').Select(i => name[..i]))
        .Distinct();
}
