using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>
/// An experiment's folder here and its files in a store: what the leader decides goes there, what workers train comes back. The names are those of the folder.
/// </summary>
/// <param name="folder">Here.</param>
/// <param name="store">There.</param>
/// <remarks>
/// A checkpoint's name is that of its content's hash, so that one that is there is the same everywhere; the few other files go again when they change. A job's
/// result goes last of all that belongs to it, since it says that the job is done.
/// </remarks>
internal sealed class StoredExperiment(ExperimentFolder folder, ICnnTrialStore store)
{
    private readonly Dictionary<string, (long Length, DateTime Written)> _known = []; // trials' files that are the same here and there

    /// <summary>Brings what was decided to the store.</summary>
    public async Task PushDecisionsAsync(CancellationToken cancellation)
    {
        await PushAsync(folder.Settings, cancellation).ConfigureAwait(false);
        await PushAsync(folder.Journal, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes what was decided from the store.</summary>
    /// <exception cref="IOException">There is no experiment in the store, or it cannot be reached.</exception>
    public async Task PullDecisionsAsync(CancellationToken cancellation)
    {
        folder.Create();
        foreach (var path in (string[])[folder.Journal, folder.Settings]) // whose presence says that there is an experiment
        {
            if (!await PullAsync(path, cancellation).ConfigureAwait(false))
                throw new IOException($"There is no experiment in the store: '{NameOf(path)}' is missing. Is it the store that the experiment was given?");
        }
    }

    /// <summary>Brings a trial's checkpoints to the store where it has none: those of an experiment that had its workers elsewhere before.</summary>
    public async Task PushTrialIfMissingAsync(int trial, CancellationToken cancellation)
    {
        if (FilesOf(trial).Length > 0 && (await store.ListAsync(PrefixOf(trial), cancellation).ConfigureAwait(false)).Count == 0)
            await PushTrialAsync(trial, cancellation).ConfigureAwait(false);
    }

    /// <summary>Brings what is new of a trial to the store, and deletes there what is gone here, as far as it was here.</summary>
    public async Task PushTrialAsync(int trial, CancellationToken cancellation)
    {
        foreach (var path in FilesOf(trial))
        {
            var (name, file) = (NameOf(path), new FileInfo(path));
            if (!file.Exists || (_known.TryGetValue(name, out var known) && known == (file.Length, file.LastWriteTimeUtc)))
                continue;
            try
            {
                var state = (file.Length, file.LastWriteTimeUtc);
                await PushAsync(path, cancellation).ConfigureAwait(false);
                _known[name] = state;
            }
            catch (FileNotFoundException)
            {
                // A training deletes its older checkpoints.
            }
        }
        var prefix = PrefixOf(trial);
        foreach (var name in _known.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !File.Exists(PathOf(name))).ToArray())
        {
            await store.DeleteAsync(name, cancellation).ConfigureAwait(false);
            _known.Remove(name);
        }
    }

    /// <summary>Makes a trial's files here those of the store, without its model.</summary>
    public async Task PullTrialAsync(int trial, CancellationToken cancellation)
    {
        var names = (await store.ListAsync(PrefixOf(trial), cancellation).ConfigureAwait(false)).Where(name => name != NameOf(folder.ModelOf(trial)))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var path in FilesOf(trial).Where(path => !names.Contains(NameOf(path))))
            File.Delete(path);
        foreach (var name in names)
        {
            var path = PathOf(name);
            if (!(File.Exists(path) && ExperimentFolder.IsCheckpoint(path)) && !await PullAsync(path, cancellation).ConfigureAwait(false))
                continue; // deleted since it was listed
            var file = new FileInfo(path);
            _known[name] = (file.Length, file.LastWriteTimeUtc);
        }
    }

    /// <summary>Deletes a trial's files in the store.</summary>
    public async Task DeleteTrialAsync(int trial, CancellationToken cancellation)
    {
        foreach (var name in await store.ListAsync(PrefixOf(trial), cancellation).ConfigureAwait(false))
            await store.DeleteAsync(name, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether a job's result is in the store.</summary>
    public async Task<bool> HasResultAsync(int job, CancellationToken cancellation) =>
        (await store.ListAsync(NameOf(folder.ResultOf(job)), cancellation).ConfigureAwait(false)).Count > 0;

    /// <summary>Brings a job's result to the store.</summary>
    public async Task PushResultAsync(int job, CancellationToken cancellation)
    {
        if (File.Exists(folder.ScoresOf(job)))
            await PushAsync(folder.ScoresOf(job), cancellation).ConfigureAwait(false);
        await PushAsync(folder.ResultOf(job), cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes a job's result and its trial's model from the store.</summary>
    /// <exception cref="IOException">There is no result, or the store cannot be reached.</exception>
    public async Task PullResultAsync(int job, int trial, CancellationToken cancellation)
    {
        await PullAsync(folder.ModelOf(trial), cancellation).ConfigureAwait(false);
        await PullAsync(folder.ScoresOf(job), cancellation).ConfigureAwait(false);
        if (!await PullAsync(folder.ResultOf(job), cancellation).ConfigureAwait(false))
            throw new IOException($"The store has no result of job {job}, '{NameOf(folder.ResultOf(job))}', though its worker has ended. Does the worker use "
                + "the same store?");
        await store.DeleteAsync(NameOf(folder.ModelOf(trial)), cancellation).ConfigureAwait(false);
    }

    // What begins with a dot is a lock, or is being written.
    private string[] FilesOf(int trial) => Directory.Exists(folder.Trial(trial))
        ? [.. Directory.EnumerateFiles(folder.Trial(trial), "*", SearchOption.AllDirectories).Where(path => !Path.GetFileName(path).StartsWith('.'))]
        : [];

    private string PrefixOf(int trial) => NameOf(folder.Trial(trial)) + "/";

    private string NameOf(string path) => Path.GetRelativePath(folder.Path, path).Replace(Path.DirectorySeparatorChar, '/');

    private string PathOf(string name) => Path.Join(folder.Path, name.Replace('/', Path.DirectorySeparatorChar));

    private async Task PushAsync(string path, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await store.WriteAsync(NameOf(path), file, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> PullAsync(string path, CancellationToken cancellation)
    {
        using var content = await store.ReadAsync(NameOf(path), cancellation).ConfigureAwait(false);
        if (content is null)
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteToDisk(path, Path.GetFileName(path), content.CopyTo);
        return true;
    }
}
