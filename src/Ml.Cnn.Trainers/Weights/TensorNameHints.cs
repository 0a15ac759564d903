using Ml.Cnn.Trainers.Text;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Names that somebody may have meant.</summary>
internal static class TensorNameHints
{
    private const int MostShown = 3;
    private const int MostMissing = 50;
    private const int MostCompared = 2000;
    private const int LongestCompared = 100;

    /// <summary>Which names of the weights may be those that were looked for; empty if none is near another.</summary>
    /// <param name="missing">Names that were looked for.</param>
    /// <param name="found">Names that were there instead.</param>
    public static string Describe(IReadOnlyCollection<string> missing, IReadOnlyCollection<string> found)
    {
        if (missing.Count > MostMissing && found.Count > MostMissing)
            return " So many names differ that they are weights of another network.";
        string[] candidates = [.. found.Where(name => name.Length <= LongestCompared).Take(MostCompared)];
        var near = missing.Where(name => name.Length <= LongestCompared).Take(MostShown)
            .Select(name => (Name: name, Nearest: candidates.MinBy(candidate => NearestNames.Distance(name, candidate))))
            .Where(pair => pair.Nearest is not null && NearestNames.Distance(pair.Name, pair.Nearest) <= pair.Name.Length / 2)
            .Select(pair => $"'{pair.Name}' may be '{pair.Nearest}'").ToArray();
        return near.Length > 0 ? $" In the weights, {string.Join(", ", near)}." : "";
    }
}
