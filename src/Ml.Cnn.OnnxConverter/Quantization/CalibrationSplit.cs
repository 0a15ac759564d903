using Ml.Cnn.Transforms;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Draws the images that ranges are chosen from.</summary>
internal static class CalibrationSplit
{
    /// <summary>Rows of all classes alike, as far as there are any, drawn anew for every seed.</summary>
    /// <param name="labels">The class of every row; null where it has none.</param>
    /// <param name="count">How many rows, at most as many as there are.</param>
    /// <param name="seed">Fixes which.</param>
    public static HashSet<int> Draw(IReadOnlyList<int?> labels, int count, int seed)
    {
        var turns = new Dictionary<int, int>(); // rows of a class so far, by label
        return [.. Enumerable.Range(0, labels.Count)
            .OrderBy(row => SplitMix64.Mix(SplitMix64.Mix((ulong)seed) + (ulong)row))
            .Select(row => (Row: row, Turn: turns[labels[row] ?? -1] = turns.GetValueOrDefault(labels[row] ?? -1) + 1))
            .OrderBy(row => row.Turn)
            .Take(count).Select(row => row.Row)];
    }
}
