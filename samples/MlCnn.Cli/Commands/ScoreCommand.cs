using System.CommandLine;
using Ml.Cnn.Trainers;
using MlCnn.Cli.BulkScoring;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn score: the classes of very many images, in a file.</summary>
internal static class ScoreCommand
{
    private const int DefaultTop = 5;

    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC",
            $"The images: {DataSource.Forms}. Labels are not needed: of a folder all images are scored, in itself and below.",
            required: true, DataSource.Parse);
        var output = ScoreFileChoice.Out("Where to write the rows, such as scores.csv. The file appears when it is whole; until then it is FILE.unfinished. "
            + "A process that was killed is started again with the same options and goes on; a finished file is left alone. With --shard, a shard's file "
            + "is called scores-03-of-64.csv.");
        var format = ScoreFileChoice.Format();
        var top = CommandOptions.Number("--top", "How many of the most probable classes to write, at least 1 and at most all of them. Default: 5.", least: 1);
        var shard = CommandOptions.Parsed<ShardChoice?>("--shard", "K/N|auto|auto/N",
            "Score the K-th of N equal parts of the images, K from 1 to N; 'mlcnn merge' makes one file of all. auto: what Slurm, Open MPI or MPICH say of "
            + "this process; auto/N for a Kubernetes job with completionMode Indexed and N completions. Default: all images.",
            required: false, ShardChoice.Parse);
        var testTime = CommandOptions.TestTime();
        var precision = CommandOptions.ScoringPrecision();
        var onBadImage = CommandOptions.OnBadImage(
            "Whether an image that cannot be read gets a row that says why, or ends the command; the rows before it count.", BadImageHandling.Skip);
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away what there is of FILE and begin anew. Default: go on, or refuse where model, images or options differ.",
        };
        var json = CommandOptions.Json();
        var command = new Command("score", "Writes the classes of very many images to a file, in parts if wanted, and goes on where it was interrupted.")
        {
            model, data, output, format, top, shard, testTime, precision, onBadImage, restart, json,
        };
        command.SetAction(result =>
        {
            var part = result.GetValue(shard)?.Resolve(Environment.GetEnvironmentVariable) ?? Shard.Whole;
            var path = result.GetRequiredValue(output);
            using var signals = new StopSignals("Stopping after this batch; once more ends at once. Either way the same command goes on.");
            var outcome = new ScoreRun(Messages.CreateContext(), new()
            {
                Model = result.GetRequiredValue(model),
                Data = result.GetRequiredValue(data),
                Out = part.FileFor(path),
                Format = ScoreFileChoice.FormatOf(result.GetValue(format), path),
                Shard = part,
                Options = new(result.GetValue(top) ?? DefaultTop, result.GetValue(testTime)?.ToString(), result.GetValue(precision)),
                OnBadImage = result.GetValue(onBadImage) ?? BadImageHandling.Skip,
                Restart = result.GetValue(restart),
            }, signals.Token).Run();
            return ScoreReport.Write(outcome, result.GetValue(json));
        });
        return command;
    }
}
