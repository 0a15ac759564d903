using System.Runtime.ExceptionServices;
using System.Text;

namespace Ml.Cnn.Trainers.IO;

/// <summary>Writes a file so that whoever looks finds the one before or the new one, whole.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file of text (UTF-8) anew, for readers that may look at any time. A machine that stops may lose it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    public static void WriteText(string path, string text) => Write(Path.GetFullPath(path), stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file anew, for readers that may look at any time. A machine that stops may lose it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes its content.</param>
    public static void Write(string path, Action<Stream> write) => Write(TemporaryBeside(path, Path.GetFileName(path)), path, write, toDisk: false);

    /// <summary>Writes a file anew and waits until its content is on the disk before it takes the place of the one before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="temporaryName">The beginning of the name that it has until then.</param>
    /// <param name="write">Writes its content.</param>
    /// <param name="verify">Looks at the temporary file; what it throws keeps the file before.</param>
    /// <param name="wrap">Stands between the content and the file; for tests of a disk that fills.</param>
    public static void WriteToDisk(string path, string temporaryName, Action<Stream> write, Action<string>? verify = null, Func<Stream, Stream>? wrap = null) =>
        Write(TemporaryBeside(path, temporaryName), path, write, toDisk: true, verify, wrap);

    /// <summary>The same for a file whose name is known only once it is written: that of its hash.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="temporaryName">The beginning of the name that it has until then.</param>
    /// <param name="write">Writes its content and gives its name.</param>
    /// <param name="wrap">Stands between the content and the file; for tests of a disk that fills.</param>
    /// <returns>The name.</returns>
    public static string WriteToDisk(string folder, string temporaryName, Func<Stream, string> write, Func<Stream, Stream>? wrap = null)
    {
        var name = "";
        var temporary = TemporaryBeside(Path.Join(folder, "."), temporaryName);
        try
        {
            Save(temporary, stream => name = write(stream), toDisk: true, wrap);
            File.Move(temporary, Path.Join(folder, name));
            return name;
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Deletes a file where that is possible: what failed before is what to report.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }

    private static void Write(string temporary, string path, Action<Stream> write, bool toDisk, Action<string>? verify = null,
        Func<Stream, Stream>? wrap = null)
    {
        try
        {
            Save(temporary, write, toDisk, wrap);
            verify?.Invoke(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    // In the same folder, since only within one file system is a move a single step.
    private static string TemporaryBeside(string path, string name) => Path.Join(Path.GetDirectoryName(path), $".{name}-{Path.GetRandomFileName()}.tmp");

    private static void Save(string temporary, Action<Stream> write, bool toDisk, Func<Stream, Stream>? wrap)
    {
        using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        using var stream = new FailureKeepingStream(wrap is null ? file : wrap(file));
        try
        {
            write(stream);
            stream.Flush();
            if (toDisk)
                file.Flush(flushToDisk: true);
        }
        catch when (stream.Failure is not null)
        {
            // What failed first is the cause; what followed from it says less.
        }
        // Asked without an exception too: ML.NET's archive writer swallows what goes wrong while it writes the archive's directory.
        if (stream.Failure is not null)
            ExceptionDispatchInfo.Throw(stream.Failure);
    }
}
