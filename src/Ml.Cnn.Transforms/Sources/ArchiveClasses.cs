namespace Ml.Cnn.Transforms.Sources;

/// <summary>Finds the class of every image in an archive: the folder directly below the chosen or common one.</summary>
internal static class ArchiveClasses
{
    /// <summary>Folders with these names are parts of a data set, never classes.</summary>
    private static readonly string[] Parts = ["train", "training", "val", "valid", "validation", "test", "testing", "dev"];

    /// <summary>The images and classes, both in ordinal order.</summary>
    /// <param name="files">The archive's files.</param>
    /// <param name="folder">The folder above the class folders; null for the one that all images share.</param>
    /// <param name="extensions">File name endings of images, compared without regard to case.</param>
    /// <param name="archive">The archive's path, for messages.</param>
    /// <exception cref="InvalidOperationException">There are no images in class folders, or the folder has to be chosen.</exception>
    public static (TarFile File, string Class)[] Find(List<TarFile> files, string? folder, IReadOnlyCollection<string> extensions, string archive)
    {
        // A name that occurs twice was added to the archive again: the last one counts, as it does when unpacking.
        var byName = new Dictionary<string, TarFile>();
        foreach (var file in files)
        {
            if (extensions.Any(ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                byName[file.Name] = file;
        }
        if (byName.Count == 0)
            throw new InvalidOperationException($"'{archive}' holds no images ({string.Join(", ", extensions)}); it has {files.Count} files.");

        var root = folder is null ? CommonFolder(byName.Keys, archive) : string.Concat(folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Select(part => part + "/"));
        var found = byName.Values
            .Where(file => file.Name.StartsWith(root, StringComparison.Ordinal) && file.Name.IndexOf('/', root.Length) > 0)
            .Select(file => (File: file, Class: file.Name[root.Length..file.Name.IndexOf('/', root.Length)]))
            .ToArray();
        if (found.Length == 0)
        {
            throw new InvalidOperationException(
                $"'{archive}' holds no images in folders below '{root.TrimEnd('/')}': one folder per class is expected there. Its first image is '{byName.Keys.Min(StringComparer.Ordinal)}'.");
        }

        Array.Sort(found, (a, b) => string.CompareOrdinal(a.Class, b.Class) is not 0 and var order ? order : string.CompareOrdinal(a.File.Name, b.File.Name));
        if (folder is null)
            RefuseParts(found, root, archive);
        return found;
    }

    private static string CommonFolder(IEnumerable<string> names, string archive)
    {
        string? common = null; // ends with a slash, or is empty
        foreach (var name in names)
        {
            var folder = name[..(name.LastIndexOf('/') + 1)];
            common ??= folder;
            while (!folder.StartsWith(common, StringComparison.Ordinal))
                common = Above(common);
        }
        if (names.Any(name => name.LastIndexOf('/') == common!.Length - 1))
        {
            // Images in the common folder itself: it is the only class.
            if (common!.Length == 0)
                throw new InvalidOperationException($"'{archive}' holds images outside of any folder: one folder per class is expected.");
            return Above(common);
        }
        return common!;
    }

    private static string Above(string folder) => folder[..(folder.TrimEnd('/').LastIndexOf('/') + 1)];

    /// <summary>An archive of train/CLASS and test/CLASS would otherwise become a data set of the classes "train" and "test".</summary>
    private static void RefuseParts((TarFile File, string Class)[] found, string root, string archive)
    {
        var classes = found.Select(one => one.Class).Distinct().ToArray();
        var nested = found.All(one => one.File.Name.IndexOf('/', root.Length + one.Class.Length + 1) > 0);
        if (nested && classes.All(name => Parts.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            throw new InvalidOperationException(
                $"'{archive}' holds several parts, of which one has to be named as the folder to read: {string.Join(" or ", classes.Select(name => $"'{root}{name}'"))}.");
        }
    }
}
