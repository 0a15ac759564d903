namespace MlCnn.Cli.BulkScoring;

/// <summary>A finished file of scores, a shard or whole.</summary>
/// <param name="Path">The file.</param>
/// <param name="Progress">What stands beside it.</param>
internal sealed record FinishedScores(string Path, ScoreProgress Progress)
{
    private string Name => Progress.Shard.IsWhole ? $"'{Path}'" : $"Shard {Progress.Shard}, '{Path}',";

    /// <summary>Looks whether a file is finished.</summary>
    /// <exception cref="CommandException">It is not; the message names it and what is wrong with it.</exception>
    public static FinishedScores Load(string path)
    {
        var files = new ScoreFiles(path);
        if (ScoreProgress.Load(files.Progress) is not { } progress)
        {
            throw new CommandException(File.Exists(path) ? $"'{path}' cannot be told scores: there is no '{files.Progress}', which belongs to it."
                : $"There is no file '{path}'.");
        }
        var scores = new FinishedScores(path, progress);
        if (progress.Finished is null)
        {
            throw new CommandException(FormattableString.Invariant($"{scores.Name} is not finished: {progress.Done} of {progress.Images} images. ")
                + "Run 'mlcnn score' for it again; it goes on.");
        }
        return File.Exists(path) ? scores
            : throw new CommandException($"{scores.Name} was finished, and the file is missing now. Put it back, or score it again with --restart.");
    }

    /// <summary>Looks whether the file is still the one that was finished.</summary>
    /// <exception cref="CommandException">It is not.</exception>
    public void RequireUnchanged()
    {
        var (seal, finished) = (FileSeal.Of(Path), Progress.Finished!);
        if (seal != finished)
        {
            throw new CommandException($"{Name} was changed or damaged after it was finished: "
                + FormattableString.Invariant($"{seal.Bytes} bytes with SHA-256 {seal.Sha256[..12]} instead of {finished.Bytes} with ")
                + $"{finished.Sha256[..12]}. Score it again with --restart.");
        }
    }
}
