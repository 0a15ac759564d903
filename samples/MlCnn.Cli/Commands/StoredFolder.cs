using Ml.Cnn.Experiments;
using Ml.Cnn.Experiments.S3;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>Where a worker keeps the files of an experiment that are in a store.</summary>
internal sealed class StoredFolder : IDisposable
{
    private readonly S3TrialStore _store;
    private readonly bool _isTemporary;

    private StoredFolder(S3TrialStore store, string? path)
    {
        (_store, _isTemporary) = (store, path is null);
        Path = path is null ? Directory.CreateTempSubdirectory("mlcnn-worker-").FullName : System.IO.Path.GetFullPath(path);
        Work = new(store, Path, warn: Messages.Note);
    }

    public string Path { get; }

    public CnnStoredTrialWork Work { get; }

    /// <param name="text">The store.</param>
    /// <param name="path">A folder of the worker's own; null: one that goes with this.</param>
    /// <exception cref="CommandException">The text names no store, or it cannot be used.</exception>
    public static StoredFolder Open(string text, string? path) => new(TrialStores.Open(text), path);

    public void Dispose()
    {
        _store.Dispose();
        if (_isTemporary)
            Directory.Delete(Path, recursive: true);
    }
}
