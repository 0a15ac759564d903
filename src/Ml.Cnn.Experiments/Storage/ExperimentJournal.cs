using System.Text;
using System.Text.Json;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>
/// What happened in an experiment, a JSON line each, appended by one process and read by any. A line is on the disk before anything follows from it. What a
/// killed process left of a line is no line: readers pass over it, and the next writer cuts it off.
/// </summary>
internal sealed class ExperimentJournal : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="IOException">Another process writes to it.</exception>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public ExperimentJournal(string path)
    {
        // Others may read, and no one may write.
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            (Entries, var length) = Parse(ReadAll(_file), path);
            _file.SetLength(length);
            _file.Position = length;
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>What it held when it was opened.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>What a journal holds now, for whoever looks on.</summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Parse(ReadAll(file), path).Entries;
    }

    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public void Append(JournalEntry entry)
    {
        _file.Write(JsonSerializer.SerializeToUtf8Bytes(entry, ExperimentJson.Line));
        _file.Write("\n"u8);
        _file.Flush(flushToDisk: true);
    }

    public void Dispose() => _file.Dispose();

    private static byte[] ReadAll(FileStream file)
    {
        using var all = new MemoryStream();
        file.CopyTo(all);
        return all.ToArray();
    }

    private static (IReadOnlyList<JournalEntry> Entries, long Length) Parse(byte[] bytes, string path)
    {
        var entries = new List<JournalEntry>();
        var start = 0;
        while (bytes.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length)
        {
            try
            {
                entries.Add(JsonSerializer.Deserialize<JournalEntry>(bytes.AsSpan(start, length), ExperimentJson.Line)
                    ?? throw new JsonException("The line is null."));
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                throw new InvalidDataException(FormattableString.Invariant($"Line {entries.Count + 1} of '{path}' cannot be read: {e.Message} ")
                    + $"It begins with '{Encoding.UTF8.GetString(bytes, start, Math.Min(length, 60))}'.", e);
            }
            start += length + 1;
        }
        return (entries, start);
    }
}
