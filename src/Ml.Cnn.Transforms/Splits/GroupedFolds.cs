using Ml.Cnn.Transforms.Sources.Digits;

namespace Ml.Cnn.Transforms.Splits;

/// <summary>Deals rows out to folds so that those of a group stay together, and classes are spread as evenly as that leaves room for.</summary>
internal static class GroupedFolds
{
    /// <summary>
    /// Which fold each row is in. The largest group is dealt first, each to the fold where its classes are rarest so far: that adds the least to the sum of the
    /// squares of the classes' shares in the folds.
    /// </summary>
    /// <param name="classes">Each row's class, in any order.</param>
    /// <param name="groups">Each row's group; a row whose group is empty is one by itself.</param>
    /// <param name="folds">At least 2.</param>
    /// <param name="seed">Decides between groups of one size.</param>
    /// <exception cref="InvalidOperationException">There are fewer groups than folds.</exception>
    public static int[] Deal(IReadOnlyList<string> classes, IReadOnlyList<string> groups, int folds, int seed)
    {
        var totals = classes.CountBy(name => name).ToDictionary();
        var numbers = totals.Keys.Order(StringComparer.Ordinal).Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var counts = new double[folds, numbers.Count];
        var rowsOf = new long[folds];
        var dealt = new int[classes.Count];
        var all = Groups(groups);
        if (all.Length < folds)
        {
            throw new InvalidOperationException($"{all.Length} groups of rows cannot be dealt out to {folds} folds, since each stays whole: ask for fewer "
                + "folds.");
        }
        Shuffle(all, seed);
        foreach (var rows in all.OrderByDescending(rows => rows.Length))
        {
            var own = rows.CountBy(row => classes[row]).Select(pair => (Class: numbers[pair.Key], Count: pair.Value, Total: totals[pair.Key])).ToArray();
            var chosen = Enumerable.Range(0, folds)
                .MinBy(fold => (own.Sum(c => c.Count * (2 * counts[fold, c.Class] + c.Count) / ((double)c.Total * c.Total)), rowsOf[fold]));
            foreach (var (number, count, _) in own)
                counts[chosen, number] += count;
            rowsOf[chosen] += rows.Length;
            foreach (var row in rows)
                dealt[row] = chosen;
        }
        return dealt;
    }

    private static int[][] Groups(IReadOnlyList<string> groups) =>
        [.. Enumerable.Range(0, groups.Count).GroupBy(row => groups[row].Length > 0 ? (groups[row], -1) : ("", row))
            .OrderBy(group => group.Key.Item1, StringComparer.Ordinal).ThenBy(group => group.Key.Item2).Select(group => group.ToArray())];

    private static void Shuffle(int[][] groups, int seed)
    {
        var random = new RowRandom(seed, 0);
        for (var i = 0; i < groups.Length - 1; i++)
        {
            var chosen = i + random.Next(groups.Length - i);
            (groups[i], groups[chosen]) = (groups[chosen], groups[i]);
        }
    }
}
