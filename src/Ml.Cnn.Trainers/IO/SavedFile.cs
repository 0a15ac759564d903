namespace Ml.Cnn.Trainers.IO;

/// <summary>Writes a file that a user named, so that it is either the whole new one or still the one before, and says what to do where that fails.</summary>
internal static class SavedFile
{
    /// <summary>Writes to a temporary file beside the target, lets it be checked, and puts it in the target's place.</summary>
    /// <param name="path">The target; a link is followed.</param>
    /// <param name="what">What is saved, for messages: "model".</param>
    /// <param name="example">The name that such a file might have, for messages.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="verify">Looks at the temporary file; what it throws keeps the file before.</param>
    /// <param name="wrap">Stands between the content and the file; for tests of a disk that fills.</param>
    /// <exception cref="IOException">The file cannot be written. Whatever was there before still is.</exception>
    public static void Write(string path, string what, string example, Action<Stream> write, Action<string>? verify = null,
        Func<Stream, Stream>? wrap = null)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target))
            throw new IOException($"The {what} cannot be saved to '{target}': that is a folder. Name a file, such as '{Path.Join(target, example)}'.");
        try
        {
            if (new FileInfo(target).LinkTarget is not null)
                target = File.ResolveLinkTarget(target, returnFinalTarget: true)!.FullName;
            AtomicFile.WriteToDisk(target, "mlcnn", write, verify, wrap);
        }
        // ML.NET also writes parts of a model to its temporary folder. A limit on the size of files is an ArgumentOutOfRangeException.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw Failed(target, what, e);
        }
    }

    private static IOException Failed(string target, string what, Exception cause)
    {
        var folder = Path.GetDirectoryName(target);
        var advice = !Directory.Exists(folder) ? $"Create the folder '{folder}'"
            : cause is UnauthorizedAccessException ? "Get the right to write there"
            : "Free some space, or close the programs that use the file";
        var before = File.Exists(target) ? " The file that was there before is unchanged." : "";
        return new IOException(
            $"The {what} cannot be saved to '{target}': {cause.Message.Split(" (Parameter ")[0].TrimEnd('.')}.{before} {advice}, or save to another place.",
            cause);
    }
}
