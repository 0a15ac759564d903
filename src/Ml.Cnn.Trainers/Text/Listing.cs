namespace Ml.Cnn.Trainers.Text;

/// <summary>Keeps messages readable whatever a file or a network holds.</summary>
internal static class Listing
{
    private const int MaximumItems = 5;
    private const int MaximumCharacters = 100;

    /// <summary>"'a', 'b' and 7 more".</summary>
    public static string Of(IReadOnlyCollection<string> names)
    {
        var shown = string.Join(", ", names.Take(MaximumItems).Select(name => $"'{Shortened(name)}'"));
        return names.Count > MaximumItems ? $"{shown} and {names.Count - MaximumItems} more" : shown;
    }

    /// <summary>The text, or its beginning followed by "…".</summary>
    public static string Shortened(string text) => text.Length > MaximumCharacters ? text[..MaximumCharacters] + "…" : text;
}
