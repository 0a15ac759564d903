namespace Ml.Cnn.Trainers.Text;

/// <summary>What somebody may have meant.</summary>
internal static class NearestNames
{
    /// <summary>The names that take the fewest insertions, deletions and replacements of characters to come from <paramref name="name"/>.</summary>
    public static IEnumerable<string> Of(string name, IEnumerable<string> names, int count) => names.OrderBy(other => Distance(name, other)).Take(count);

    /// <summary>Insertions, deletions and replacements of characters between two names (Levenshtein 1966).</summary>
    public static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
