using System.Globalization;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>Reads the attributes of a step one by one, and refuses what nobody asked for and what is outside its range.</summary>
internal sealed class LayerArguments(LayerStep step)
{
    /// <summary>The highest count of channels or features, and the largest extent of a window, a stride or a padding.</summary>
    public const int Largest = 1 << 24;

    private readonly HashSet<string> _unread = [.. step.Attributes.Keys];

    /// <summary>A count of 1 or more.</summary>
    public int Count(string name, int? otherwise = null) => Whole(name, otherwise, least: 1);

    /// <summary>A whole number.</summary>
    public int Whole(string name, int? otherwise = null, int least = 0) =>
        Take(name) is not { } text ? otherwise ?? throw Missing(name) : Whole(name, text, least);

    /// <summary>A number; not NaN.</summary>
    public double Number(string name, double? otherwise = null)
    {
        if (Take(name) is not { } text)
            return otherwise ?? throw Missing(name);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
            : throw Wrong(name, text);
    }

    /// <summary>"3", or height and width: "3x5".</summary>
    public Size2d Size(string name, int? otherwise = null, int least = 0)
    {
        if (Take(name) is not { } text)
            return otherwise ?? throw Missing(name);
        var cross = text.IndexOf('x', StringComparison.Ordinal);
        return cross < 0 ? Whole(name, text, least) : new Size2d(Whole(name, text[..cross], least), Whole(name, text[(cross + 1)..], least));
    }

    /// <summary>"yes" or "no".</summary>
    public bool Flag(string name, bool otherwise) => Take(name) switch
    {
        null => otherwise,
        "yes" => true,
        "no" => false,
        var text => throw Wrong(name, text),
    };

    /// <summary>Whole numbers of 0 or more: "0,2,3,1".</summary>
    public IReadOnlyList<int> Wholes(string name) =>
        [.. (Take(name) ?? throw Missing(name)).Split(',').Select(part => Whole(name, part, least: 0))];

    /// <summary>Any text.</summary>
    public string Text(string name) => Take(name) ?? throw Missing(name);

    /// <exception cref="FormatException">An attribute is left that nothing read.</exception>
    public void End()
    {
        if (_unread.Count > 0)
            throw new FormatException($"the layer '{step.Name}' ({step.Kind}) has no attribute '{_unread.Order(StringComparer.Ordinal).First()}'");
    }

    private string? Take(string name)
    {
        _unread.Remove(name);
        return step.Attributes.GetValueOrDefault(name);
    }

    private int Whole(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= Largest
            ? number
            : throw Wrong(name, text);

    private FormatException Missing(string name) => new($"the layer '{step.Name}' ({step.Kind}) lacks '{name}'");

    private FormatException Wrong(string name, string text) => new($"the layer '{step.Name}' ({step.Kind}) cannot have '{name}' {text}");
}
