namespace MlCnn.Cli;

/// <summary>The file that --out names.</summary>
internal static class OutputFile
{
    /// <summary>Finds out before hours of work whether the result can be saved.</summary>
    /// <param name="path">As the command line gave it.</param>
    /// <param name="example">A name that such a file might have.</param>
    /// <exception cref="CommandException">It cannot.</exception>
    public static void CheckWritable(string path, string example)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target) || Path.EndsInDirectorySeparator(path))
            throw new CommandException($"--out: '{path}' is a folder. Name a file, such as '{Path.Join(path, example)}'.");
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
            throw new CommandException($"--out: there is no folder '{folder}' to save to. Create it first.");
        try
        {
            using var probe = new FileStream(TemporaryName(folder), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--out: the folder '{folder}' cannot be written to: {e.Message}", e);
        }
    }

    /// <summary>Writes the whole file, or leaves an earlier one as it was.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="temporary">Where it is written first; a name of its own unless given. Where processes are killed, one name is all that can be left.</param>
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, string? temporary = null)
    {
        var target = Path.GetFullPath(path);
        var mode = temporary is null ? FileMode.CreateNew : FileMode.Create;
        temporary ??= TemporaryName(Path.GetDirectoryName(target)!);
        try
        {
            using (var file = new FileStream(temporary, mode, FileAccess.Write))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new CommandException($"--out: '{path}' cannot be written: {e.Message}", e);
        }
    }

    private static string TemporaryName(string folder) => Path.Join(folder, $".mlcnn-{Path.GetRandomFileName()}.tmp");
}
