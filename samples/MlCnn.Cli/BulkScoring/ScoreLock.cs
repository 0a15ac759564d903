namespace MlCnn.Cli.BulkScoring;

/// <summary>Keeps a second process from writing the same file. The system gives the lock back however the process ends.</summary>
/// <remarks>
/// The lock's file stays where a run is under way: between opening and locking it, a process could be left with a file that another has deleted. After a
/// finished run that does no harm, since all that come find it finished, and neither where nothing was begun. File systems that know no locks (some of
/// networks) keep nobody out.
/// </remarks>
internal sealed class ScoreLock : IDisposable
{
    private readonly FileStream _file;
    private readonly ScoreFiles _files;
    private bool _isOver;

    /// <exception cref="CommandException">Another process has it.</exception>
    public ScoreLock(ScoreFiles files)
    {
        _files = files;
        try
        {
            _file = new FileStream(files.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(File.Exists(files.Lock)
                ? $"--out: another process is writing '{files.Path}'. Several processes share the images with --shard K/N or --shard auto."
                : $"--out: '{files.Lock}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Nothing is left to do: the lock's file goes too.</summary>
    public void Finish() => _isOver = true;

    public void Dispose()
    {
        _isOver |= !File.Exists(_files.Progress);
        if (_isOver && !OperatingSystem.IsWindows())
            File.Delete(_file.Name);
        _file.Dispose();
        if (_isOver && OperatingSystem.IsWindows()) // where no file is deleted that is open
            File.Delete(_file.Name);
    }
}
