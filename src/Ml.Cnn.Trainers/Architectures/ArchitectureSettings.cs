using System.Globalization;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// Reads <see cref="Architecture.Settings"/> back, one by one, and refuses what nobody asked for. It also notes the text of every value that it
/// gives: <see cref="Architecture.Configure"/>, which says the name and the kind of each setting, so serves to write them, too.
/// </summary>
internal sealed class ArchitectureSettings(string architecture, IReadOnlyDictionary<string, string> settings)
{
    private readonly HashSet<string> _unread = [.. settings.Keys];
    private readonly Dictionary<string, string> _given = [];

    /// <summary>The text of what the method reads where it finds nothing: the values that it falls back on.</summary>
    public static Dictionary<string, string> Of(string architecture, Action<ArchitectureSettings> read)
    {
        var reader = new ArchitectureSettings(architecture, new Dictionary<string, string>());
        read(reader);
        return reader._given;
    }

    /// <summary>The settings of a built-in network.</summary>
    public static Dictionary<string, string> Of(Architecture architecture) => Of(architecture.Name, reader => architecture.Configure?.Invoke(reader));

    /// <summary>Whether there is such a setting.</summary>
    public bool Has(string name) => settings.ContainsKey(name);

    /// <summary>A value of an enumeration, in any case.</summary>
    public T Choice<T>(string name, T otherwise) where T : struct, Enum
    {
        if (!Take(name, otherwise.ToString().ToLowerInvariant(), out var text))
            return otherwise;
        // Enum.TryParse alone would take numbers, also those without a name.
        return Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<T>(text, ignoreCase: true) : throw Wrong(name, text);
    }

    /// <summary>A dropout probability, from 0 to below 1.</summary>
    public double Probability(string name, double otherwise) => Number(name, otherwise, value => value is >= 0 and < 1);

    /// <summary>A factor on a network's width: see <see cref="CheckMultiplier"/>.</summary>
    public double Multiplier(string name, double otherwise) => Number(name, otherwise, IsMultiplier);

    /// <summary>Any text.</summary>
    public string Text(string name, string otherwise) => Take(name, otherwise, out var text) ? text : otherwise;

    /// <summary>A whole number of 0 or more.</summary>
    public int Whole(string name, int otherwise) => Take(name, Text(otherwise), out var text) ? Whole(name, text) : otherwise;

    /// <summary>A whole number of 0 or more, or none.</summary>
    public int? Whole(string name, int? otherwise) => otherwise is { } value ? Whole(name, value) : Has(name) ? Whole(name, 0) : null;

    /// <summary>Numbers with spaces between them.</summary>
    public IReadOnlyList<float> Numbers(string name, IReadOnlyList<float> otherwise)
    {
        if (!Take(name, string.Join(' ', otherwise.Select(value => value.ToString("R", CultureInfo.InvariantCulture))), out var text))
            return otherwise;
        return
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part =>
                float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
                    ? value
                    : throw Wrong(name, text)),
        ];
    }

    /// <summary>A number in a range.</summary>
    public double Number(string name, double otherwise, Predicate<double> fits)
    {
        if (!Take(name, otherwise.ToString("R", CultureInfo.InvariantCulture), out var text))
            return otherwise;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && fits(value) ? value : throw Wrong(name, text);
    }

    /// <summary>One of a few whole numbers.</summary>
    public int OneOf(string name, IEnumerable<int> choices, int otherwise)
    {
        if (!Take(name, Text(otherwise), out var text))
            return otherwise;
        return Whole(name, text) is var value && choices.Contains(value) ? value : throw Wrong(name, text);
    }

    /// <summary>Whether something is switched on.</summary>
    public bool Flag(string name, bool otherwise)
    {
        if (!Take(name, otherwise ? "true" : "false", out var text))
            return otherwise;
        return text switch
        {
            "true" => true,
            "false" => false,
            _ => throw Wrong(name, text),
        };
    }

    /// <summary>Throws <see cref="FormatException"/> if a setting is left that nothing read.</summary>
    public void End()
    {
        if (_unread.Count > 0)
            throw new FormatException($"{architecture} has no setting '{_unread.Order(StringComparer.Ordinal).First()}'.");
    }

    /// <summary>A factor on a network's width lies above 0 and is at most 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static void CheckMultiplier(double value, string parameter)
    {
        if (!IsMultiplier(value))
            throw new ArgumentOutOfRangeException(parameter, value, "A multiplier lies above 0 and is at most 10.");
    }

    /// <summary>A dropout probability lies between 0 and below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static void CheckProbability(double value, string parameter)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(parameter, value, "A dropout probability lies between 0 and below 1.");
    }

    private static bool IsMultiplier(double value) => value is > 0 and <= 10;

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private int Whole(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(name, text);

    private bool Take(string name, string otherwise, out string text)
    {
        _unread.Remove(name);
        var found = settings.TryGetValue(name, out var kept);
        _given[name] = text = kept ?? otherwise;
        return found;
    }

    private FormatException Wrong(string name, string text) => new($"{architecture} cannot take '{text}' for its setting '{name}'.");
}
