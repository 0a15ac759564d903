using System.IO.Compression;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>Writes model.zip so that the file is either the whole new model or still the one before.</summary>
internal static class AtomicModelFile
{
    /// <summary>Saves to a temporary file beside the target, checks it and puts it in the target's place.</summary>
    /// <param name="path">The target; a link is followed.</param>
    /// <param name="save">Writes the model.</param>
    /// <param name="wrap">Stands between the model and the file; for tests of a disk that fills.</param>
    /// <exception cref="IOException">The file cannot be written. Whatever was there before still is.</exception>
    public static void Write(string path, Action<Stream> save, Func<Stream, Stream>? wrap = null) =>
        SavedFile.Write(path, "model", "model.zip", save, Verify, wrap);

    private static void Verify(string temporary)
    {
        try
        {
            using var archive = ZipFile.OpenRead(temporary);
            if (archive.Entries.Count > 0)
                return;
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"the archive is incomplete ({e.Message})", e);
        }
        throw new IOException("the archive is empty");
    }
}
