namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>A network as data: its layers in the order of the forward pass. What the last one gives is the network's output.</summary>
/// <remarks>Its text has a line for each step. A saved model keeps it, and needs nothing else to make the network again.</remarks>
internal sealed class LayerGraph
{
    /// <summary>The name of the images among the inputs of steps.</summary>
    public const string Images = "input";

    private const int MostSteps = 100_000;
    private const int LongestName = 200;

    /// <exception cref="FormatException">A name is missing, taken or no module path, or an input is none of an earlier step.</exception>
    public LayerGraph(IReadOnlyList<LayerStep> steps)
    {
        if (steps.Count is 0 or > MostSteps)
            throw new FormatException($"a network has 1 to {MostSteps} layers, not {steps.Count}");
        Steps = steps;
        var made = new HashSet<string> { Images };
        var inner = new HashSet<string>(); // paths that lead to further modules
        foreach (var step in steps)
        {
            CheckName(step.Name);
            if (step.Inputs.Count == 0)
                throw new FormatException($"the layer '{step.Name}' takes nothing");
            if (step.Inputs.FirstOrDefault(input => !made.Contains(input)) is { } missing)
                throw new FormatException($"the layer '{step.Name}' takes '{missing}', which no layer before it gives");
            if (!made.Add(step.Name))
                throw new FormatException($"two layers are called '{step.Name}'");
            for (var dot = step.Name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = step.Name.IndexOf('.', dot + 1))
                inner.Add(step.Name[..dot]);
        }
        if (steps.FirstOrDefault(step => inner.Contains(step.Name)) is { } both)
            throw new FormatException($"'{both.Name}' is a layer, and another lies under it");
    }

    /// <summary>The layers in the order of the forward pass.</summary>
    public IReadOnlyList<LayerStep> Steps { get; }

    /// <summary>A line for each step.</summary>
    public override string ToString() => string.Join('\n', Steps);

    /// <summary>Reads <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">The text is none of a network.</exception>
    public static LayerGraph Parse(string text) => new([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(LayerStep.Parse)]);

    /// <summary>Whether a text can be a layer's module path: words of letters, digits, '_' and '-' with dots between.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LongestName
        && text.Split('.').All(word => word.Length > 0 && word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'));

    private static void CheckName(string name)
    {
        if (!IsName(name))
            throw new FormatException($"'{name}' is no name of a layer: names are words of letters, digits, '_' and '-' with dots between");
    }
}
