using Ml.Cnn.Trainers.Graph;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Names that somebody may have meant.</summary>
internal static class TensorNameHints
{
    private const int MostShown = 3;
    private const int MostCompared = 2000;
    private const int LongestCompared = 100;

    /// <summary>" Near 'layer1.0.conv1.weight' is 'layer1.0.conv_1.weight'."; empty if no name is near another.</summary>
    /// <param name="missing">Names that were looked for.</param>
    /// <param name="found">Names that were there instead.</param>
    public static string Describe(IReadOnlyCollection<string> missing, IReadOnlyCollection<string> found)
    {
        string[] candidates = [.. found.Where(name => name.Length <= LongestCompared).Take(MostCompared)];
        var near = missing.Where(name => name.Length <= LongestCompared).Take(MostShown)
            .Select(name => (Name: name, Nearest: candidates.MinBy(candidate => NearestNames.Distance(name, candidate))))
            .Where(pair => pair.Nearest is not null && NearestNames.Distance(pair.Name, pair.Nearest) <= pair.Name.Length / 2)
            .Select(pair => $"'{pair.Name}' may be '{pair.Nearest}'").ToArray();
        return near.Length > 0 ? $" Of these, {string.Join(", ", near)} in the weights." : "";
    }
}
