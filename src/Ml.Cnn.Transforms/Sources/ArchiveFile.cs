namespace Ml.Cnn.Transforms.Sources;

/// <summary>How a file of an archive is stored.</summary>
internal enum ArchivePacking
{
    /// <summary>Its bytes lie at its offset.</summary>
    None,

    /// <summary>A local header of zip lies at its offset, and then its bytes.</summary>
    ZipStored,

    /// <summary>A local header of zip lies at its offset, and then its bytes as deflate packs them.</summary>
    ZipDeflated,
}

/// <summary>Where a file lies in an archive.</summary>
/// <param name="Name">The entry's name, with slashes and without a leading "./" or "/".</param>
/// <param name="Offset">Of its first byte, or of the header before that.</param>
/// <param name="Length">In bytes, unpacked.</param>
/// <param name="PackedLength">The bytes that it takes in the archive.</param>
/// <param name="Packing">What lies at the offset.</param>
internal readonly record struct ArchiveFile(string Name, long Offset, long Length, long PackedLength, ArchivePacking Packing);

/// <summary>An entry of an archive that is passed over.</summary>
/// <param name="Name">As that of a file.</param>
/// <param name="Kind">What it is counted as; null for a file, which is counted by its ending.</param>
internal readonly record struct OtherEntry(string Name, string? Kind)
{
    public void CountIn(PassedOverCounter counter)
    {
        if (Kind is null)
            counter.AddFile(Name);
        else
            counter.Add(Kind);
    }
}

/// <summary>What an archive holds, without names that start with a dot.</summary>
/// <param name="Files">Regular files in the archive's order.</param>
/// <param name="Folders">The names of folder entries, without a slash at the end.</param>
/// <param name="Others">Links that lead nowhere, special files, and names that lead above the archive's root.</param>
internal sealed record ArchiveIndex(List<ArchiveFile> Files, List<string> Folders, List<OtherEntry> Others)
{
    public ArchiveIndex()
        : this([], [], [])
    {
    }

    /// <summary>Notes a folder.</summary>
    public void AddFolder(string entry)
    {
        if (NameOf(entry) is { Length: > 0 } name && !IsHidden(name) && !LeadsOutside(name))
            Folders.Add(name);
    }

    /// <summary>The name under which an entry is read; null for one that is hidden or leads above the root, which is noted.</summary>
    public string? TakeName(string entry)
    {
        var name = NameOf(entry);
        if (LeadsOutside(name))
        {
            Others.Add(new(name, PassedOverCounter.OutsideOfArchive));
            return null;
        }
        return name.Length == 0 || IsHidden(name) ? null : name;
    }

    /// <summary>Without empty and "." segments, which most names do not have.</summary>
    public static string NameOf(string name) =>
        name.StartsWith('/') || name.EndsWith('/') || name.StartsWith("./", StringComparison.Ordinal)
        || name.Contains("//", StringComparison.Ordinal) || name.Contains("/./", StringComparison.Ordinal)
            ? string.Join('/', name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != "."))
            : name;

    private static bool LeadsOutside(string name) => name.Contains("..", StringComparison.Ordinal) && name.Split('/').Contains("..");

    private static bool IsHidden(string name) =>
        name.StartsWith('.') || name.Contains("/.", StringComparison.Ordinal) || name is "__MACOSX" || name.StartsWith("__MACOSX/", StringComparison.Ordinal);
}
