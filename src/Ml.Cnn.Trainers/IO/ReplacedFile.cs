namespace Ml.Cnn.Trainers.IO;

/// <summary>Writes a file anew so that whoever looks finds the one before or the new one, whole.</summary>
internal static class ReplacedFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = Path.Join(Path.GetDirectoryName(path), $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
                write(file);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
