using System.Formats.Tar;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Lists the files of a tar archive (ustar, pax, GNU or V7) by reading its headers only.</summary>
internal static class TarIndex
{
    private const int EntriesPerCollection = 1024;
    private const int LongestChainOfLinks = 8;

    /// <summary>Regular files, and links to them, without macOS's companions (._name) and what else is hidden.</summary>
    /// <param name="archive">A stream that can seek; it stays open.</param>
    /// <param name="path">The archive's, for messages.</param>
    /// <exception cref="InvalidDataException">The archive is malformed or cut short.</exception>
    public static ArchiveIndex Read(Stream archive, string path)
    {
        var index = new ArchiveIndex();
        var links = new Dictionary<string, string>(); // the name of each, and that of its target
        var entries = 0L;
        try
        {
            using var reader = new TarReader(archive, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.Length > 0 && entry.Length > archive.Length - entry.DataOffset)
                    throw new InvalidDataException($"it ends within '{entry.Name}'");
                Add(entry, index, links);
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
        FollowLinks(links, index);
        return index;
    }

    private static void Add(TarEntry entry, ArchiveIndex index, Dictionary<string, string> links)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
            case TarEntryType.V7RegularFile when entry.Name.EndsWith('/'): // the oldest archives know no other sign
                index.AddFolder(entry.Name);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                if (index.TakeName(entry.Name) is { } file)
                    index.Files.Add(new(file, entry.DataOffset, entry.Length, entry.Length, ArchivePacking.None));
                break;
            case TarEntryType.HardLink:
                if (index.TakeName(entry.Name) is { } hard)
                    links[hard] = ArchiveIndex.NameOf(entry.LinkName);
                break;
            case TarEntryType.SymbolicLink:
                if (index.TakeName(entry.Name) is { } symbolic)
                    links[symbolic] = TargetOf(symbolic, entry.LinkName);
                break;
            case TarEntryType.SparseFile or TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Fifo:
                if (index.TakeName(entry.Name) is { } special)
                    index.Others.Add(new(special, PassedOverCounter.SpecialFile));
                break;
        }
    }

    /// <summary>Where a symbolic link leads, which is told from its own folder; empty if that is above the archive's root.</summary>
    private static string TargetOf(string link, string target)
    {
        if (target.StartsWith('/'))
            return "";
        var segments = new List<string>(link.Split('/')[..^1]);
        foreach (var segment in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment == ".")
                continue;
            if (segment != "..")
                segments.Add(segment);
            else if (segments.Count > 0)
                segments.RemoveAt(segments.Count - 1);
            else
                return "";
        }
        return string.Join('/', segments);
    }

    /// <summary>Adds every link to a file of the archive as that file under another name.</summary>
    private static void FollowLinks(Dictionary<string, string> links, ArchiveIndex index)
    {
        if (links.Count == 0)
            return;
        var files = new Dictionary<string, ArchiveFile>();
        foreach (var file in index.Files)
            files[file.Name] = file; // of a name that occurs twice the last one counts
        foreach (var (link, firstTarget) in links)
        {
            var target = firstTarget;
            for (var steps = 0; steps < LongestChainOfLinks && !files.ContainsKey(target) && links.TryGetValue(target, out var next); steps++)
                target = next;
            if (files.TryGetValue(target, out var file))
                index.Files.Add(file with { Name = link });
            else
                index.Others.Add(new(link, PassedOverCounter.Link));
        }
    }

    /// <summary>What TarReader and GZipStream throw at bytes that make no sense.</summary>
    public static bool IsMalformed(Exception exception) =>
        exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException
            or NotSupportedException or InvalidOperationException or OutOfMemoryException;
}
