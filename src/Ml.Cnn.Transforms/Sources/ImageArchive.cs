using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// A tar archive whose files are read where they lie, at any offset and on any thread. A compressed one is unpacked into
/// one temporary file, since gzip can only be read from its beginning.
/// </summary>
internal sealed class ImageArchive : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ImageArchive(string path, SafeFileHandle handle) => (Path, _handle) = (path, handle);

    /// <summary>The archive's, for messages.</summary>
    public string Path { get; }

    /// <summary>Opens an archive and lists its files.</summary>
    /// <param name="path">A tar file, plain or gzip, whatever its name.</param>
    /// <param name="temporaryFolder">Where a compressed archive is unpacked to; the file is gone when the archive is closed.</param>
    /// <param name="files">The archive's files in its own order.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed.</exception>
    public static ImageArchive Open(string path, string temporaryFolder, out List<TarFile> files)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new FileNotFoundException($"'{full}' is a folder; a tar archive is expected (LoadImageFolder reads folders).", full);
        var handle = OpenPlain(full, temporaryFolder);
        try
        {
            // The stream must not own the handle, so it gets one without an owner.
            using var stream = new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read);
            stream.Position = 0;
            files = TarIndex.Read(stream, full);
            return new(full, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file into a buffer of its length.</summary>
    /// <exception cref="InvalidDataException">The archive has become shorter.</exception>
    public void Read(TarFile file, Span<byte> bytes)
    {
        var offset = file.Offset;
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_handle, bytes, offset);
            if (count == 0)
                throw new InvalidDataException($"'{Path}' ends within '{file.Name}': it was changed while it was in use.");
            bytes = bytes[count..];
            offset += count;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle OpenPlain(string path, string temporaryFolder)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        if (!compressed)
            return File.OpenHandle(path, options: FileOptions.RandomAccess);

        file.Position = 0;
        Directory.CreateDirectory(temporaryFolder);
        var temporaryPath = System.IO.Path.Join(temporaryFolder, $"mlcnn-{Guid.NewGuid():N}.tar");
        var handle = File.OpenHandle(temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose | FileOptions.RandomAccess : FileOptions.RandomAccess);
        try
        {
            // A file without a name lives as long as its handle there, and nothing is left even if the process is killed.
            if (!OperatingSystem.IsWindows())
                File.Delete(temporaryPath);
            Unpack(file, handle, path);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void Unpack(FileStream file, SafeFileHandle handle, string path)
    {
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        var buffer = new byte[1 << 16];
        var offset = 0L;
        try
        {
            for (int count; (count = unpacked.Read(buffer)) > 0; offset += count)
                RandomAccess.Write(handle, buffer.AsSpan(0, count), offset);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"'{path}' is cut short or damaged: {exception.Message}", exception);
        }
    }
}
