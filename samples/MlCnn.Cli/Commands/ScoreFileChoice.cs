using System.CommandLine;
using MlCnn.Cli.BulkScoring;

namespace MlCnn.Cli.Commands;

/// <summary>What 'score' and 'merge' both take.</summary>
internal static class ScoreFileChoice
{
    private const string JsonLines = "jsonl";

    private static readonly string[] s_formats = ["csv", JsonLines, "parquet"];

    /// <summary>The file of rows.</summary>
    public static Option<string> Out(string description) => CommandOptions.Text("--out", "FILE", description, required: true);

    /// <summary>The format by name, or null where it is not given.</summary>
    public static Option<string> Format() => CommandOptions.OneOf("--format",
        $"How rows are written: comma-separated values, a JSON object per line, or Apache Parquet. Default: by FILE's ending ({ScoreFormats.Endings}).",
        s_formats);

    /// <exception cref="UsageException">Neither the option nor the file's ending says it.</exception>
    public static ScoreFormat FormatOf(string? option, string path) => option is null
        ? ScoreFormats.ByEnding(path)
            ?? throw new UsageException($"--out: '{path}' does not end in {ScoreFormats.Endings}; say with --format what it is to be.")
        : option.Equals(JsonLines, StringComparison.OrdinalIgnoreCase) ? ScoreFormat.JsonLines : Enum.Parse<ScoreFormat>(option, ignoreCase: true);
}
