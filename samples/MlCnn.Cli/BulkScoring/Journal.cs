namespace MlCnn.Cli.BulkScoring;

/// <summary>The rows so far, to which rows are appended. What was not committed when a process ended is cut off by the next one.</summary>
internal sealed class Journal : IDisposable
{
    private readonly ScoreFiles _files;
    private readonly FileStream _file;
    private readonly BufferedStream _stream;
    private readonly IScoreWriter _writer;

    /// <param name="files">Where it is.</param>
    /// <param name="progress">What was committed.</param>
    /// <exception cref="CommandException">The file is shorter than what was committed.</exception>
    public Journal(ScoreFiles files, ScoreProgress progress)
    {
        _files = files;
        var isNew = progress.Bytes == 0;
        if (!isNew && (!File.Exists(files.Journal) || new FileInfo(files.Journal).Length < progress.Bytes))
            throw Lost(files, progress);
        _file = new FileStream(files.Journal, isNew ? FileMode.Create : FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        _file.SetLength(progress.Bytes);
        _file.Position = progress.Bytes;
        _stream = new BufferedStream(_file, 1 << 16);
        _writer = ScoreFormats.Write(ScoreFormats.OfJournal(progress.Format), _stream, progress.Classes, isContinued: !isNew);
    }

    /// <exception cref="CommandException">The disk is full, or the like.</exception>
    public void Write(IEnumerable<ScoreRow> rows) => Guard(() =>
    {
        foreach (var row in rows)
            _writer.Write(row);
    });

    /// <summary>Brings all rows to the disk, and then the word that they are there.</summary>
    /// <returns>The progress with the length that was committed.</returns>
    /// <exception cref="CommandException">The disk is full, or the like.</exception>
    public ScoreProgress Commit(ScoreProgress progress)
    {
        Guard(() =>
        {
            _writer.Flush();
            _stream.Flush();
            _file.Flush(flushToDisk: true);
        });
        var committed = progress with { Bytes = _file.Position };
        _files.Save(committed);
        return committed;
    }

    public void Dispose()
    {
        // What was not committed does not count, and need not be written.
        try
        {
            _writer.Dispose();
            _stream.Dispose();
        }
        catch (IOException)
        {
            _file.Dispose();
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            throw new CommandException($"--out: '{_files.Journal}' cannot be written: {e.Message} What was written until then counts: the same command "
                + "goes on from there.", e);
        }
    }

    private static CommandException Lost(ScoreFiles files, ScoreProgress progress) => new(FormattableString.Invariant(
        $"'{files.Journal}' is missing or shorter than the {progress.Bytes} bytes that '{files.Progress}' says. Begin anew with --restart."));
}
