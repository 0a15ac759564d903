using System.IO.Compression;

namespace Ml.Cnn.Extensions;

/// <summary>What tells a model file from the one that was there before.</summary>
/// <param name="RealPath">Where the file lies once all links are followed.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Time">When it was last written, in UTC.</param>
internal readonly record struct ModelFileVersion(string RealPath, long Length, DateTime Time)
{
    /// <returns>Null if there is no file, or none that may be looked at.</returns>
    public static ModelFileVersion? Read(string path)
    {
        try
        {
            var file = new FileInfo(LinkedPath.Follow(path).Path);
            return file.Exists ? new(file.FullName, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it goes while it is looked at
        }
    }

    /// <summary>Whether nothing shows that more of the file is to come: of an archive the directory, which is written last, is there.</summary>
    public bool IsWhole()
    {
        try
        {
            using var stream = new FileStream(RealPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > 0 && (stream.ReadByte(), stream.ReadByte()) != ('P', 'K'))
                return true; // a file of another kind, such as ONNX, tells nothing
            stream.Position = 0;
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return archive.Entries.Count > 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
