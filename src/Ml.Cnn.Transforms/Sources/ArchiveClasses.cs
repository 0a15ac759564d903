namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images of an archive below the folder that holds the class folders.</summary>
/// <param name="Root">That folder, with a slash at its end, or empty.</param>
/// <param name="Files">In ordinal order of class, then of name.</param>
internal sealed record ArchiveClasses(string Root, List<TarFile> Files)
{
    /// <summary>Folders with these names are parts of a data set, never classes.</summary>
    private static readonly string[] Parts = ["train", "training", "val", "valid", "validation", "test", "testing", "dev"];

    /// <summary>Finds the images and classes.</summary>
    /// <param name="files">The archive's files; the list is used up.</param>
    /// <param name="folder">The folder above the class folders; null for the one that all images share.</param>
    /// <param name="extensions">File name endings of images, compared without regard to case.</param>
    /// <param name="archive">The archive's path, for messages.</param>
    /// <exception cref="InvalidOperationException">There are no images in class folders, or the folder has to be chosen.</exception>
    public static ArchiveClasses Find(List<TarFile> files, string? folder, IReadOnlyCollection<string> extensions, string archive)
    {
        // In place: an archive of a million images should not need its index twice.
        var count = files.Count;
        files.RemoveAll(file => !extensions.Any(ending => file.Name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));
        if (files.Count == 0)
            throw new InvalidOperationException($"'{archive}' holds no images ({string.Join(", ", extensions)}); it has {count} files.");

        var first = files[0].Name;
        var classes = new ArchiveClasses(folder is null ? CommonFolder(files, archive) : Normalize(folder), files);
        files.RemoveAll(file => !file.Name.StartsWith(classes.Root, StringComparison.Ordinal) || file.Name.IndexOf('/', classes.Root.Length) < 0);
        if (files.Count == 0)
        {
            throw new InvalidOperationException(
                $"'{archive}' holds no images in folders below '{classes.Root.TrimEnd('/')}': one folder per class is expected there. Its first image is '{first}'.");
        }
        classes.Sort();
        if (folder is null)
            classes.RefuseParts(archive);
        return classes;
    }

    /// <summary>The class of a file: the name of the folder directly below <see cref="Root"/>.</summary>
    public ReadOnlyMemory<char> ClassOf(TarFile file) => file.Name.AsMemory(Root.Length, file.Name.IndexOf('/', Root.Length) - Root.Length);

    private static string Normalize(string folder) =>
        string.Concat(folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Select(part => part + "/"));

    private static string CommonFolder(List<TarFile> files, string archive)
    {
        var common = files[0].Name[..(files[0].Name.LastIndexOf('/') + 1)]; // ends with a slash, or is empty
        foreach (var file in files)
        {
            while (!file.Name.StartsWith(common, StringComparison.Ordinal))
                common = Above(common);
        }
        // Images in the common folder itself: it is the only class.
        if (!files.Any(file => file.Name.LastIndexOf('/') == common.Length - 1))
            return common;
        return common.Length > 0
            ? Above(common)
            : throw new InvalidOperationException($"'{archive}' holds images outside of any folder: one folder per class is expected.");
    }

    private static string Above(string folder) => folder[..(folder.TrimEnd('/').LastIndexOf('/') + 1)];

    private void Sort()
    {
        Files.Sort((a, b) =>
        {
            var order = ClassOf(a).Span.SequenceCompareTo(ClassOf(b).Span);
            if (order == 0)
                order = string.CompareOrdinal(a.Name, b.Name);
            return order != 0 ? order : b.Offset.CompareTo(a.Offset);
        });
        // A name that occurs twice was added to the archive again: the last one counts, as it does when unpacking.
        string? previous = null;
        Files.RemoveAll(file =>
        {
            var again = file.Name == previous;
            previous = file.Name;
            return again;
        });
    }

    /// <summary>An archive of train/CLASS and test/CLASS would otherwise become a data set of the classes "train" and "test".</summary>
    private void RefuseParts(string archive)
    {
        var names = new List<string>();
        foreach (var file in Files)
        {
            var name = ClassOf(file).Span;
            if (file.Name.IndexOf('/', Root.Length + name.Length + 1) < 0)
                return;
            if (names.Count > 0 && name.SequenceEqual(names[^1]))
                continue;
            names.Add(name.ToString());
            if (!Parts.Contains(names[^1], StringComparer.OrdinalIgnoreCase))
                return;
        }
        throw new InvalidOperationException(
            $"'{archive}' holds several parts, of which one has to be named as the folder to read: {string.Join(" or ", names.Select(name => $"'{Root}{name}'"))}.");
    }
}
