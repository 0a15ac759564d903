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
    public static void Write(string path, Action<Stream> save, Func<Stream, Stream>? wrap = null)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new IOException($"The model cannot be saved to '{target}': that is a folder. Name a file, such as '{Path.Join(target, "model.zip")}'.");
        try
        {
            if (new FileInfo(target).LinkTarget is not null)
                target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
            AtomicFile.WriteToDisk(target, "mlcnn", save, Verify, wrap);
        }
        // ML.NET also writes parts of the model to its temporary folder. A limit on the size of files is an ArgumentOutOfRangeException.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw Failed(target, e);
        }
    }

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

    private static IOException Failed(string target, Exception cause)
    {
        var folder = Path.GetDirectoryName(target);
        var advice = !Directory.Exists(folder) ? $"Create the folder '{folder}'"
            : cause is UnauthorizedAccessException ? "Get the right to write there"
            : "Free some space, or close the programs that use the file";
        var before = File.Exists(target) ? " The file that was there before is unchanged." : "";
        return new IOException(
            $"The model cannot be saved to '{target}': {cause.Message.Split(" (Parameter ")[0].TrimEnd('.')}.{before} {advice}, or save to another place.",
            cause);
    }
}
