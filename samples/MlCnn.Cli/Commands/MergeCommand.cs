using System.CommandLine;
using MlCnn.Cli.BulkScoring;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn merge: one file of all shards of 'mlcnn score'.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var shards = new Argument<string[]>("SHARD")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "The shards' files, in any order. Default: those beside FILE with its name, scores-01-of-64.csv and so on for scores.csv.",
        };
        var output = ScoreFileChoice.Out("The file to write, such as scores.csv. An earlier one is replaced only once the new one is whole.");
        var format = ScoreFileChoice.Format();
        var json = CommandOptions.Json();
        var command = new Command("merge", "Checks that all shards of 'mlcnn score' are there, finished and of one run, and writes one file, in the order "
            + "of the images.")
        {
            shards, output, format, json,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(output);
            var given = result.GetValue(shards) is { Length: > 0 } named ? named : ShardSet.Beside(path);
            var set = ShardSet.Of(given);
            return ScoreReport.Write(path, set, ScoreMerge.Run(set, path, ScoreFileChoice.FormatOf(result.GetValue(format), path)), result.GetValue(json));
        });
        return command;
    }
}
