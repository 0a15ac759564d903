using System.Globalization;
using System.Text.RegularExpressions;

namespace MlCnn.Cli.BulkScoring;

/// <summary>What --shard says: a shard, or that the environment knows it.</summary>
/// <param name="Number">From 1; null where the environment is to say it.</param>
/// <param name="Count">How many shards there are; null where the environment is to say it.</param>
internal sealed partial record ShardChoice(int? Number, int? Count)
{
    /// <exception cref="FormatException">The text is neither K/N, auto nor auto/N.</exception>
    public static ShardChoice Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } form)
            throw new FormatException($"--shard must be K/N such as 3/64, auto, or auto/N, not '{text}'.");
        int? count = form.Groups["count"].Success ? Read(form.Groups["count"].ValueSpan) : null;
        int? number = form.Groups["number"].Success ? Read(form.Groups["number"].ValueSpan) : null;
        if (count == 0 || number == 0 || number > count)
            throw new FormatException($"--shard: shards are numbered from 1 to their count, so '{text}' is none.");
        return new(number, count);

        int Read(ReadOnlySpan<char> digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
            : throw new FormatException($"--shard: '{digits}' is too large a number.");
    }

    /// <summary>The shard.</summary>
    /// <param name="variable">Gives an environment variable's value, or null.</param>
    /// <exception cref="UsageException">The environment does not say it, or says something else.</exception>
    public Shard Resolve(Func<string, string?> variable) =>
        Number is { } number ? new(number, Count!.Value) : ShardEnvironment.Find(variable, Count);

    [GeneratedRegex("^((?<number>[0-9]+)/(?<count>[0-9]+)|auto(/(?<count>[0-9]+))?)$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
