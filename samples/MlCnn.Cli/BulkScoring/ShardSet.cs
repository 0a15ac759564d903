using System.Text.RegularExpressions;

namespace MlCnn.Cli.BulkScoring;

/// <summary>The finished shards of one run, all of them, in the order of their numbers.</summary>
internal sealed class ShardSet
{
    private const int Named = 20;

    private ShardSet(IReadOnlyList<FinishedScores> shards) => Shards = shards;

    public IReadOnlyList<FinishedScores> Shards { get; }

    /// <summary>The shards' files beside a file, by their names: scores-03-of-64.csv for scores.csv.</summary>
    /// <exception cref="CommandException">There are none.</exception>
    public static IReadOnlyList<string> Beside(string path)
    {
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } given ? given : ".";
        var (stem, ending) = (Path.GetFileNameWithoutExtension(path), Path.GetExtension(path));
        var form = new Regex($"^{Regex.Escape(stem)}-[0-9]+-of-[0-9]+{Regex.Escape(ending)}$", RegexOptions.CultureInvariant);
        // Also by what stands beside a shard: one that is not finished is to be named, not passed over.
        var names = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>().Select(name => ScoreFiles.OfProgress(name) ?? name)
                .Where(name => form.IsMatch(name)).Distinct().Order(StringComparer.Ordinal).ToArray()
            : [];
        return names.Length > 0 ? [.. names.Select(name => Path.Join(Path.GetDirectoryName(path), name))] : throw new CommandException(
            $"There are no shards '{stem}-K-of-N{ending}' in '{Path.GetFullPath(folder)}'. Name the shards' files, or as --out what was --out of "
            + "'mlcnn score'.");
    }

    /// <summary>Looks whether the files are all shards of one run.</summary>
    /// <exception cref="CommandException">They are not; the message names the shard and what is wrong with it.</exception>
    public static ShardSet Of(IReadOnlyList<string> paths)
    {
        var shards = paths.Select(FinishedScores.Load).OrderBy(shard => shard.Progress.Shard.Number).ToArray();
        var first = shards[0];
        foreach (var other in shards.Skip(1))
            RequireSameRun(first, other);
        foreach (var same in shards.GroupBy(shard => shard.Progress.Shard.Number).Where(group => group.Count() > 1))
            throw new CommandException($"Shard {same.First().Progress.Shard} is there more than once: {List(same.Select(shard => $"'{shard.Path}'"))}.");
        var missing = Enumerable.Range(1, first.Progress.Shard.Count).Except(shards.Select(shard => shard.Progress.Shard.Number)).ToArray();
        if (missing.Length > 0)
        {
            throw new CommandException(FormattableString.Invariant($"{missing.Length} of {first.Progress.Shard.Count} shards missing: ")
                + $"{List(missing.Select(number => FormattableString.Invariant($"{number}")))}. Run 'mlcnn score' for them.");
        }
        return new(shards);
    }

    private static void RequireSameRun(FinishedScores first, FinishedScores other)
    {
        var (here, there) = ($"in '{first.Path}'", $"in '{other.Path}'");
        var differences = first.Progress.Run.Differences(other.Progress.Run, here, there).ToList();
        if (first.Progress.Shard.Count != other.Progress.Shard.Count)
        {
            differences.Add(FormattableString.Invariant(
                $"the number of shards ({first.Progress.Shard.Count} {here}, {other.Progress.Shard.Count} {there})"));
        }
        if (differences.Count > 0)
            throw new CommandException($"'{first.Path}' and '{other.Path}' are not of the same run. What differs: {string.Join("; ", differences)}.");
    }

    private static string List(IEnumerable<string> parts)
    {
        var all = parts.ToArray();
        return string.Join(", ", all.Take(Named)) + (all.Length > Named ? FormattableString.Invariant($" and {all.Length - Named} more") : "");
    }
}
