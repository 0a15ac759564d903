using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Ml.Cnn.Trainers.Input;

/// <summary>A file's bytes mapped into memory, for reading.</summary>
internal sealed class MappedBytes : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="file">Open for reading; it stays the caller's.</param>
    /// <param name="length">Its length in bytes, at least 1.</param>
    public MappedBytes(SafeFileHandle file, long length)
    {
        _file = MemoryMappedFile.CreateFromFile(file, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
    }

    /// <summary>Fills a buffer with the bytes from an offset on.</summary>
    /// <exception cref="ArgumentException">The file ends before.</exception>
    public void Read(long offset, Span<byte> destination) => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, destination);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
