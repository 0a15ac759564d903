namespace Ml.Cnn.Trainers.Text;

/// <summary>Where each of some names stands.</summary>
internal static class NamePlaces
{
    /// <summary>The place of each name, from 0.</summary>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public static Dictionary<string, int> Of(IReadOnlyList<string> names) =>
        names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
}
