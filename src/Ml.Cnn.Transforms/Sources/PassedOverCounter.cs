namespace Ml.Cnn.Transforms.Sources;

/// <summary>Counts the files that a source leaves out, by kind.</summary>
internal sealed class PassedOverCounter
{
    public const string Link = "link";
    public const string FolderLink = "link to a folder";
    public const string SpecialFile = "special file";
    public const string OutsideOfClasses = "outside of class folders";
    public const string OutsideOfArchive = "name outside of the archive";
    private const string NoExtension = "no extension";

    private readonly Dictionary<string, long> _counts = [];

    public bool IsEmpty => _counts.Count == 0;

    /// <summary>Counts a file by its ending.</summary>
    public void AddFile(ReadOnlySpan<char> name) =>
        Add(Path.GetExtension(name) is { IsEmpty: false } extension ? extension.ToString().ToLowerInvariant() : NoExtension);

    /// <summary>Counts a file of a kind.</summary>
    public void Add(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    /// <summary>Counts what another counter has counted.</summary>
    public void Add(PassedOverCounter other)
    {
        foreach (var (kind, count) in other._counts)
            _counts[kind] = _counts.GetValueOrDefault(kind) + count;
    }

    /// <summary>The kinds, the most frequent first.</summary>
    public IReadOnlyList<PassedOverFiles> ToList() =>
        [.. _counts.Select(one => new PassedOverFiles(one.Key, one.Value)).OrderByDescending(one => one.Count).ThenBy(one => one.Kind, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public override string ToString() => PassedOverFiles.Describe(ToList());
}
