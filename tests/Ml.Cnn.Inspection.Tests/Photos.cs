namespace Ml.Cnn.Inspection.Tests;

/// <summary>Photos of the reference data; a test that needs them is skipped where they are missing.</summary>
internal static class Photos
{
    /// <summary>The first training photos of each class of the ants and bees.</summary>
    public static IEnumerable<(string Label, byte[] Bytes)> AntsAndBees(int ofEach)
    {
        var taken = new Dictionary<string, int>();
        foreach (var (name, bytes) in SharedData.Files("data/hymenoptera.tar"))
        {
            if (name.Split('/') is not [_, "train", var label, var file] || !file.EndsWith(".jpg", StringComparison.Ordinal)
                || taken.GetValueOrDefault(label) == ofEach)
                continue;
            taken[label] = taken.GetValueOrDefault(label) + 1;
            yield return (label, bytes);
        }
    }
}
