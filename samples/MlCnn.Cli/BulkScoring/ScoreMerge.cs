using MlCnn.Cli.Display;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Makes one file of all shards, in the order that the images have: a row of each shard in turn, as the images were dealt out.</summary>
/// <remarks>Of each shard a buffer is in memory, or a row group where it is a Parquet file.</remarks>
internal static class ScoreMerge
{
    /// <summary>Merges.</summary>
    /// <returns>What stands beside the file: that of a run without shards.</returns>
    /// <exception cref="CommandException">A shard is damaged, or the file cannot be written.</exception>
    public static ScoreProgress Run(ShardSet set, string path, ScoreFormat format)
    {
        OutputFile.CheckWritable(path, "scores.csv");
        var files = new ScoreFiles(path);
        using var guard = new ScoreLock(files);
        Messages.While("Checking the shards", () => set.Shards.Select(Check).Count(isWhole => isWhole));
        var parts = set.Shards.Select(shard => shard.Progress).ToArray();
        var merged = parts[0] with
        {
            Format = format,
            Shard = Shard.Whole,
            Images = parts.Sum(part => part.Images),
            ImagesSha256 = "", // of the files' sizes each shard knows only its own
            Done = parts.Sum(part => part.Done),
            Bad = parts.Sum(part => part.Bad),
            NotFinite = parts.Sum(part => part.NotFinite),
        };
        try
        {
            Write(set, merged, files);
            File.Move(files.Temporary, path, overwrite: true);
            var seal = FileSeal.Of(path);
            merged = merged with { Bytes = seal.Bytes, Finished = seal };
            files.Save(merged);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--out: '{path}' cannot be written: {e.Message}", e);
        }
        guard.Finish();
        return merged;
    }

    private static bool Check(FinishedScores shard)
    {
        shard.RequireUnchanged();
        return true;
    }

    private static void Write(ShardSet set, ScoreProgress merged, ScoreFiles files)
    {
        using var file = new FileStream(files.Temporary, FileMode.Create, FileAccess.ReadWrite);
        using (var writer = ScoreFormats.Write(merged.Format, file, merged.Classes, metadata: merged.Description()))
        {
            var rows = set.Shards.Select(shard => ScoreFormats.Read(shard.Progress.Format, shard.Path).GetEnumerator()).ToArray();
            try
            {
                new ScoringDisplay("Merging", merged.Images, before: 0).Show(display => Deal(set, rows, merged.Images, writer, display));
            }
            finally
            {
                foreach (var shard in rows)
                    shard.Dispose();
            }
        }
        file.Flush(flushToDisk: true);
    }

    private static long Deal(ShardSet set, IEnumerator<ScoreRow>[] rows, long images, IScoreWriter writer, ScoringDisplay display)
    {
        for (var image = 0L; image < images; image++)
        {
            var shard = (int)(image % rows.Length);
            if (!rows[shard].MoveNext())
                throw RowsMissing(set.Shards[shard], "fewer");
            writer.Write(rows[shard].Current);
            display.Report(image + 1);
        }
        for (var shard = 0; shard < rows.Length; shard++)
        {
            if (rows[shard].MoveNext())
                throw RowsMissing(set.Shards[shard], "more");
        }
        return images;
    }

    private static CommandException RowsMissing(FinishedScores shard, string howMany) => new(FormattableString.Invariant(
        $"Shard {shard.Progress.Shard}, '{shard.Path}', has {howMany} rows than the {shard.Progress.Images} images that it was made of. ")
        + "Score it again with --restart.");
}
