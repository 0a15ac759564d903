using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Pictures as files that appear whole.</summary>
internal static class PictureFile
{
    /// <summary>Writes a picture; an earlier file of that name is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, byte[] png)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, file => file.Write(png));
    }
}
