namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>One application of a layer in a network that is given as data.</summary>
/// <param name="Name">The layer's module path, "layer1.0.conv1", which also names what the layer gives.</param>
/// <param name="Kind">A kind that <see cref="DescribedLayers"/> makes, or <see cref="Again"/>.</param>
/// <param name="Inputs">The names of the steps whose outputs the layer takes; <see cref="LayerGraph.Images"/> for the images.</param>
/// <param name="Attributes">Names and values as text; a value that is left out is the layer's default.</param>
internal sealed record LayerStep(string Name, string Kind, IReadOnlyList<string> Inputs, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The kind of a step that applies the layer of an earlier one, with the same weights.</summary>
    public const string Again = "again";

    /// <summary>The attribute that names the earlier step.</summary>
    public const string Layer = "layer";

    private const char Space = ' ';

    /// <summary>"conv1 conv2d input in=3 out=64 kernel=7 stride=2".</summary>
    public override string ToString() => string.Join(Space, [Name, Kind, .. Inputs, .. Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}")]);

    /// <summary>Reads <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">The text is none of a step.</exception>
    public static LayerStep Parse(string text)
    {
        var words = text.Split(Space, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
            throw new FormatException($"'{text}' is no layer: a name and a kind are missing");
        var attributes = new Dictionary<string, string>();
        var inputs = new List<string>();
        foreach (var word in words.Skip(2))
        {
            var sign = word.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0)
                inputs.Add(word);
            else if (!attributes.TryAdd(word[..sign], word[(sign + 1)..]))
                throw new FormatException($"the layer '{words[0]}' has '{word[..sign]}' twice");
        }
        return new(words[0], words[1], inputs, attributes);
    }
}
