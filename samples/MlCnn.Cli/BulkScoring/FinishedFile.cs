namespace MlCnn.Cli.BulkScoring;

/// <summary>Makes the file from the rows once all are there. Each step can be taken again by the process after one that was killed in it.</summary>
internal sealed class FinishedFile(ScoreFiles files)
{
    /// <returns>The progress with the file's seal.</returns>
    /// <exception cref="CommandException">The rows are missing, or the file cannot be written.</exception>
    public ScoreProgress Make(ScoreProgress progress)
    {
        try
        {
            if (progress.Format == ScoreFormat.Parquet)
                Convert(progress);
            else if (File.Exists(files.Journal))
                File.Move(files.Journal, files.Path, overwrite: true);
            // Otherwise a process was killed between the move and the word that it is done.
            var finished = progress with { Finished = FileSeal.Of(files.Path) };
            if (progress.Format != ScoreFormat.Parquet && finished.Finished.Bytes != progress.Bytes)
                throw new IOException(FormattableString.Invariant($"'{files.Path}' has {finished.Finished.Bytes} bytes instead of {progress.Bytes}."));
            files.Save(finished);
            File.Delete(files.Journal);
            return finished;
        }
        catch (IOException e)
        {
            throw new CommandException($"--out: '{files.Path}' cannot be finished: {e.Message} The same command tries it again; --restart begins anew.", e);
        }
    }

    // Row groups cannot be appended to a Parquet file that a process may leave at any byte, so they are written when all rows are there.
    private void Convert(ScoreProgress progress)
    {
        using (var file = new FileStream(files.Temporary, FileMode.Create, FileAccess.ReadWrite))
        {
            using (var writer = ScoreFormats.Write(progress.Format, file, progress.Classes, metadata: progress.Description()))
            {
                foreach (var row in ScoreFormats.Read(ScoreFormats.OfJournal(progress.Format), files.Journal))
                    writer.Write(row);
            }
            file.Flush(flushToDisk: true);
        }
        File.Move(files.Temporary, files.Path, overwrite: true);
    }
}
