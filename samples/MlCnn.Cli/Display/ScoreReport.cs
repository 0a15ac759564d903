using System.Globalization;
using MlCnn.Cli.BulkScoring;

namespace MlCnn.Cli.Display;

/// <summary>What is said when scoring ends, and with which exit code.</summary>
internal static class ScoreReport
{
    public static int Write(ScoreOutcome outcome, bool json)
    {
        var (progress, file) = (outcome.Progress, outcome.Request.Out);
        if (json)
        {
            JsonOutput.Write(new ScoreResult(file, outcome.Request.Shard.Number, outcome.Request.Shard.Count, progress?.Images, progress?.Done ?? 0,
                outcome.Before, progress?.Scored ?? 0, progress?.Bad ?? 0, progress?.NotFinite ?? 0, outcome.IsWhole, outcome.Time.TotalSeconds,
                outcome.ImagesPerSecond));
        }
        if (progress is null || !outcome.IsWhole)
        {
            var done = progress is null ? "before the first image" : Invariant($"after {progress.Done:N0} of {progress.Images:N0} images");
            Messages.Note($"Stopped {done}. The same command goes on from there.");
            return ExitCode.Interrupted;
        }
        if (outcome.Before == progress.Images && outcome.Time == TimeSpan.Zero)
            Messages.Note(Invariant($"'{file}' is finished: {progress.Images:N0} images. Nothing was left to do."));
        else
            Messages.Note(Invariant($"Wrote {progress.Images:N0} images to '{file}'") + Speed(outcome));
        return Conclude(progress);
    }

    /// <summary>What is said when shards were merged.</summary>
    public static int Write(string file, ShardSet set, ScoreProgress merged, bool json)
    {
        if (json)
            JsonOutput.Write(new MergeResult(file, set.Shards.Count, merged.Images, merged.Scored, merged.Bad, merged.NotFinite));
        Messages.Note(Invariant($"Wrote {merged.Images:N0} images of {set.Shards.Count:N0} shards to '{file}'."));
        return Conclude(merged);
    }

    // What is said of the rows of a finished file.
    private static int Conclude(ScoreProgress progress)
    {
        if (progress.Bad > 0)
            Messages.Warning(Invariant($"{progress.Bad:N0} of {progress.Images:N0} images cannot be used; the column 'error' says why."));
        if (progress.NotFinite > 0)
        {
            Messages.Error(Invariant($"The network's output is not finite (NaN or infinity) for {progress.NotFinite:N0} of {progress.Images:N0} images. ")
                + "Its weights or the statistics of its norms are broken: train anew, with a lower learning rate, or import other weights.");
            return ExitCode.Failure;
        }
        if (progress.Scored > 0 || progress.Images == 0)
            return ExitCode.Success;
        Messages.Error("No image could be scored.");
        return ExitCode.Failure;
    }

    private static string Speed(ScoreOutcome outcome) => outcome.ImagesPerSecond == 0 ? "."
        : Invariant($"; {outcome.Progress!.Done - outcome.Before:N0} of them now, {outcome.ImagesPerSecond:N0} a second.");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
