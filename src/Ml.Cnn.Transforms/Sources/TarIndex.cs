using System.Formats.Tar;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Where a file lies in a tar archive.</summary>
/// <param name="Name">The entry's name, with slashes and without a leading "./" or "/".</param>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct TarFile(string Name, long Offset, long Length);

/// <summary>Lists the files of a tar archive (ustar, pax, GNU or V7) by reading its headers only.</summary>
internal static class TarIndex
{
    private const int EntriesPerCollection = 1024;

    /// <summary>Regular files, without macOS's companions (._name) and what else is hidden.</summary>
    /// <param name="archive">A stream that can seek; it stays open.</param>
    /// <param name="path">The archive's, for messages.</param>
    /// <exception cref="InvalidDataException">The archive is malformed or cut short.</exception>
    public static List<TarFile> Read(Stream archive, string path)
    {
        var files = new List<TarFile>();
        var entries = 0L;
        try
        {
            using var reader = new TarReader(archive, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.Length > 0 && entry.Length > archive.Length - entry.DataOffset)
                    throw new InvalidDataException($"it ends within '{entry.Name}'");
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
                    continue;
                if (NameOf(entry.Name) is { Length: > 0 } name && !IsHidden(name))
                    files.Add(new(name, entry.DataOffset, entry.Length));
                // The reader leaves kilobytes of short-lived objects for every entry: on CPUs with a large cache the runtime would let
                // tens of megabytes of them pile up before it looks.
                if (++entries % EntriesPerCollection == 0)
                    GC.Collect(0, GCCollectionMode.Forced, blocking: false);
            }
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw new InvalidDataException($"'{path}' is cut short, damaged or no tar archive: {exception.Message}", exception);
        }
        return files;
    }

    /// <summary>Without empty and "." segments, which most names do not have.</summary>
    private static string NameOf(string name) =>
        name.StartsWith('/') || name.StartsWith("./", StringComparison.Ordinal) || name.Contains("//", StringComparison.Ordinal) || name.Contains("/./", StringComparison.Ordinal)
            ? string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != "."))
            : name;

    private static bool IsHidden(string name) => name.StartsWith('.') || name.Contains("/.", StringComparison.Ordinal);

    /// <summary>What TarReader and GZipStream throw at bytes that make no sense.</summary>
    public static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException
            or NotSupportedException or InvalidOperationException or OutOfMemoryException;
}
