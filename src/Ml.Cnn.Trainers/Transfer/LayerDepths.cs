using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>How far each layer of a network lies from its head, for learning rates that fall towards the input.</summary>
/// <remarks>
/// A layer is a numbered block of a stage ("layer1.0"), or a stage without numbered blocks, such as the stem: what timm counts as the layers of a ResNet, and
/// what is a layer of a transformer in the papers.
/// </remarks>
internal static class LayerDepths
{
    /// <summary>The factor of each parameter's learning rate: the decay to the power of the number of layers behind the parameter's own.</summary>
    /// <param name="architecture">With stages.</param>
    /// <param name="names">The parameters', in the network's order.</param>
    /// <param name="decay">Above 0 to 1.</param>
    public static IReadOnlyDictionary<string, double> Factors(Architecture architecture, IReadOnlyList<string> names, double decay)
    {
        var layers = names.ToDictionary(name => name, name => Layer(architecture, name));
        var order = names.OrderBy(architecture.StageOf).Select(name => layers[name]).Distinct().ToList(); // a stable sort
        return names.ToDictionary(name => name, name => Math.Pow(decay, order.Count - 1 - order.IndexOf(layers[name])));
    }

    private static (int Stage, string Block) Layer(Architecture architecture, string name)
    {
        var stage = architecture.StageOf(name);
        var path = architecture.Stages[stage].First(path => Architecture.IsUnder(path, name));
        string[] behind = name.Length > path.Length ? name[(path.Length + 1)..].Split('.') : [];
        return (stage, behind.Length > 1 && behind[0].All(char.IsAsciiDigit) ? $"{path}.{behind[0]}" : "");
    }
}
