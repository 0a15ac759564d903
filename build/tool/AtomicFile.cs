namespace Ml.Cnn.BuildTool;

internal static class AtomicFile
{
    /// <summary>Writes beside the target and moves, so that a parallel build never reads half a file.</summary>
    public static void Write(string path, byte[] content)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, path, overwrite: true);
    }
}
