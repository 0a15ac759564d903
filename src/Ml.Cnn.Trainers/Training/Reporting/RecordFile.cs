using System.Buffers;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>
/// A file that grows by whole records: they reach it several at a time, in one call of the system, so that a process that is killed leaves no part of
/// one.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    private const int Enough = 1 << 15;

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _waiting = new();

    /// <param name="path">The file.</param>
    /// <param name="mode">How to open it.</param>
    public RecordFile(string path, FileMode mode) => _file = new(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    public void Add(ReadOnlySpan<byte> record)
    {
        _waiting.Write(record);
        if (_waiting.WrittenCount >= Enough)
            Flush();
    }

    public void Flush()
    {
        if (_waiting.WrittenCount == 0)
            return;
        var records = _waiting.WrittenSpan;
        _waiting.ResetWrittenCount(); // a disk that is full now will not take them later either
        _file.Write(records);
    }

    public void Dispose()
    {
        using (_file)
            Flush();
    }
}
