using System.Buffers;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// A tar or zip archive whose files are read where they lie, at any offset and on any thread. A tar archive that is compressed is unpacked
/// into one temporary file, since gzip can only be read from its beginning.
/// </summary>
internal sealed class ImageArchive : IDisposable
{
    private const int SignatureBytes = 8;

    private readonly SafeFileHandle _handle;

    private ImageArchive(string path, SafeFileHandle handle) => (Path, _handle) = (path, handle);

    /// <summary>The archive's, for messages.</summary>
    public string Path { get; }

    /// <summary>Opens an archive and lists its files.</summary>
    /// <param name="path">A tar file, plain or gzip, or a zip file, whatever its name.</param>
    /// <param name="temporaryFolder">Where a compressed tar archive is unpacked to; the file is gone when the archive is closed.</param>
    /// <param name="index">What the archive holds, in its own order.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is malformed, or of a kind that is not read.</exception>
    public static ImageArchive Open(string path, string temporaryFolder, out ArchiveIndex index)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw new FileNotFoundException($"'{full}' is a folder; a tar or zip archive is expected (LoadImageFolder reads folders).", full);
        var handle = OpenPlain(full, temporaryFolder, out var isZip);
        try
        {
            // The stream must not own the handle, so it gets one without an owner.
            using var stream = new FileStream(new SafeFileHandle(handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read);
            stream.Position = 0;
            index = isZip ? ZipIndex.Read(stream, full) : TarIndex.Read(stream, full);
            return new(full, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file into a buffer of its length.</summary>
    /// <exception cref="InvalidDataException">The archive has become shorter, or the file in it is damaged.</exception>
    public void Read(ArchiveFile file, Span<byte> bytes)
    {
        if (file.Packing == ArchivePacking.None)
        {
            ReadAt(file, file.Offset, bytes);
            return;
        }
        var offset = DataOffset(file);
        if (file.Packing == ArchivePacking.ZipStored)
        {
            ReadAt(file, offset, bytes);
            return;
        }
        var packed = ArrayPool<byte>.Shared.Rent((int)file.PackedLength);
        try
        {
            ReadAt(file, offset, packed.AsSpan(0, (int)file.PackedLength));
            Inflate(file, packed, bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private long DataOffset(ArchiveFile file)
    {
        Span<byte> header = stackalloc byte[ZipIndex.LocalHeaderBytes];
        ReadAt(file, file.Offset, header);
        try
        {
            return ZipIndex.DataOffset(header, file.Offset);
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(file, exception);
        }
    }

    private void Inflate(ArchiveFile file, byte[] packed, Span<byte> bytes)
    {
        try
        {
            using var unpacked = new DeflateStream(new MemoryStream(packed, 0, (int)file.PackedLength), CompressionMode.Decompress);
            unpacked.ReadExactly(bytes);
            if (unpacked.ReadByte() >= 0)
                throw new InvalidDataException("it is longer than its header says");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(file, exception);
        }
    }

    private InvalidDataException Damaged(ArchiveFile file, Exception exception) =>
        new($"'{file.Name}' in '{Path}' is damaged: {exception.Message}", exception);

    private void ReadAt(ArchiveFile file, long offset, Span<byte> bytes)
    {
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

    private static SafeFileHandle OpenPlain(string path, string temporaryFolder, out bool isZip)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var start = new byte[SignatureBytes];
        var count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        // A local header, or the end of an archive without files.
        isZip = start is [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..];
        var compressed = start is [0x1F, 0x8B, ..];
        if (!compressed)
        {
            if (!isZip)
                UnreadArchives.Refuse(start.AsSpan(0, count), path);
            if (!isZip && path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"'{path}' is damaged or no zip archive.");
            return File.OpenHandle(path, options: FileOptions.RandomAccess);
        }

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
