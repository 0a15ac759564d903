namespace Ml.Cnn.Extensions;

/// <summary>Tells when a model file, or a link on the way to it, may have changed.</summary>
internal sealed class ModelFileChanges : IDisposable
{
    private static readonly TimeSpan s_lookAnyway = TimeSpan.FromMinutes(1); // the system may lose what it has to tell
    private static readonly TimeSpan s_pollingInterval = TimeSpan.FromSeconds(5); // where the system tells nothing

    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly string _path;
    private readonly bool _polls;
    private readonly Action<string, string, TimeSpan> _cannotWatch;
    private TimeSpan _interval;
    private volatile IReadOnlySet<string> _steps = new HashSet<string>(); // the paths whose change counts
    private volatile bool _isDoubtful; // watchers may have ceased to tell

    /// <param name="path">The file.</param>
    /// <param name="pollingInterval">How often to look; null where the system is to tell.</param>
    /// <param name="cannotWatch">Takes the folder, the reason and the interval, if the system refuses to tell of changes.</param>
    public ModelFileChanges(string path, TimeSpan? pollingInterval, Action<string, string, TimeSpan> cannotWatch)
    {
        (_path, _polls, _cannotWatch) = (path, pollingInterval is not null, cannotWatch);
        _interval = pollingInterval ?? s_lookAnyway;
        Watch();
    }

    /// <summary>Waits until the file may have changed. What changed since the call before counts.</summary>
    public void Wait(CancellationToken cancellationToken)
    {
        if (!_changed.Wait(_interval, cancellationToken) || _isDoubtful)
            RemoveAll(); // a folder that was deleted and made again tells nothing
        Watch(); // links may lead elsewhere now
    }

    public void Dispose()
    {
        RemoveAll();
        _changed.Dispose();
    }

    private void Watch()
    {
        if (_polls)
            return;
        try
        {
            _steps = LinkedPath.Follow(_path).Steps;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return; // the watchers of before tell when that is mended
        }
        var folders = _steps.Select(step => Path.GetDirectoryName(step)!).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _watchers.Keys.Except(folders).ToArray())
        {
            _watchers[gone].Dispose();
            _watchers.Remove(gone);
        }
        foreach (var folder in folders.Where(folder => !_watchers.ContainsKey(folder)))
            Add(folder);
    }

    private void Add(string folder)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Created += (_, change) => TellOf(change);
            watcher.Changed += (_, change) => TellOf(change);
            watcher.Renamed += (_, change) => TellOf(change);
            watcher.Deleted += (_, change) => TellOf(change);
            watcher.Error += (_, _) => TellOfLoss();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(folder, watcher);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            watcher?.Dispose();
            if (_interval > s_pollingInterval)
            {
                _interval = s_pollingInterval;
                _cannotWatch(folder, e.Message, _interval);
            }
        }
    }

    private void RemoveAll()
    {
        foreach (var watcher in _watchers.Values)
            watcher.Dispose();
        _watchers.Clear();
        _isDoubtful = false;
    }

    private void TellOf(FileSystemEventArgs change)
    {
        if (_steps.Contains(change.FullPath) || (change is RenamedEventArgs renamed && _steps.Contains(renamed.OldFullPath)))
            Tell();
    }

    private void TellOfLoss()
    {
        _isDoubtful = true;
        Tell();
    }

    private void Tell()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is told already, or nobody listens any more.
        }
    }
}
