namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images of an archive below the folder that holds the class folders.</summary>
/// <param name="Root">That folder, with a slash at its end, or empty.</param>
/// <param name="Files">In ordinal order of class, then of name.</param>
/// <param name="PassedOver">What the class folders hold beside images.</param>
internal sealed record ArchiveClasses(string Root, List<ArchiveFile> Files, IReadOnlyList<PassedOverFiles> PassedOver)
{
    /// <summary>Folders with these names are parts of a data set, never classes.</summary>
    private static readonly string[] Parts = ["train", "training", "val", "valid", "validation", "test", "testing", "dev"];

    /// <summary>Finds the images and classes.</summary>
    /// <param name="index">What the archive holds; its list of files is used up.</param>
    /// <param name="folder">The folder above the class folders; null for the one that all images share.</param>
    /// <param name="extensions">File name endings of images, compared without regard to case.</param>
    /// <param name="archive">The archive's path, for messages.</param>
    /// <param name="allowEmptyClasses">Leave out class folders without images, instead of refusing them.</param>
    /// <exception cref="InvalidOperationException">There are no images in class folders, or in one of them, or the folder has to be chosen.</exception>
    public static ArchiveClasses Find(ArchiveIndex index, string? folder, IReadOnlyCollection<string> extensions, string archive, bool allowEmptyClasses)
    {
        // In place: an archive of a million images should not need its index twice.
        var files = index.Files;
        var others = index.Others.ToList();
        files.RemoveAll(file =>
        {
            var isOther = !ImageFormats.EndsWithAny(file.Name, extensions);
            if (isOther)
                others.Add(new(file.Name, null));
            return isOther;
        });
        if (files.Count == 0)
        {
            var held = new PassedOverCounter();
            foreach (var other in others)
                other.CountIn(held);
            var folders = FormattableString.Invariant($"{index.Folders.Count} folder{(index.Folders.Count == 1 ? "" : "s")}");
            throw new InvalidOperationException($"'{archive}' holds no images ({string.Join(", ", extensions)}); "
                + (held.IsEmpty ? $"it has {folders} and no files." : $"it has {held}."));
        }

        var first = files[0].Name;
        var root = folder is null ? CommonFolder(files, archive) : Normalize(folder);
        var passedOver = new PassedOverCounter();
        files.RemoveAll(file =>
        {
            if (!file.Name.StartsWith(root, StringComparison.Ordinal))
                return true;
            if (file.Name.IndexOf('/', root.Length) >= 0)
                return false;
            passedOver.Add(PassedOverCounter.OutsideOfClasses);
            return true;
        });
        if (files.Count == 0)
        {
            throw new InvalidOperationException($"'{archive}' holds no images in folders below '{root.TrimEnd('/')}': "
                + $"one folder per class is expected there. Its first image is '{first}'.");
        }
        Sort(files, root);
        if (folder is null)
            RefuseParts(files, root, archive);
        var empty = FindEmpty(index, files, others, root, passedOver);
        if (!allowEmptyClasses)
            EmptyClasses.Refuse(empty, root.Length > 0 ? $"'{root.TrimEnd('/')}' in '{archive}'" : $"'{archive}'");
        return new(root, files, passedOver.ToList());
    }

    /// <summary>The class of a file: the name of the folder directly below <see cref="Root"/>.</summary>
    public ReadOnlyMemory<char> ClassOf(ArchiveFile file) => ClassOf(file.Name, Root);

    private static ReadOnlyMemory<char> ClassOf(string name, string root) => name.AsMemory(root.Length, name.IndexOf('/', root.Length) - root.Length);

    /// <summary>Counts what the class folders hold beside images, and finds those that hold nothing else.</summary>
    /// <param name="index">For its folders.</param>
    /// <param name="files">The images, sorted.</param>
    /// <param name="others">All other entries of the archive.</param>
    /// <param name="root">The folder above the class folders.</param>
    /// <param name="passedOver">Takes the counts.</param>
    private static List<(string Name, PassedOverCounter PassedOver)> FindEmpty(
        ArchiveIndex index, List<ArchiveFile> files, List<OtherEntry> others, string root, PassedOverCounter passedOver)
    {
        var counters = new SortedDictionary<string, PassedOverCounter>(StringComparer.Ordinal);
        foreach (var folder in index.Folders)
            CounterOf(folder + "/");
        foreach (var other in others)
            other.CountIn(other.Kind == PassedOverCounter.OutsideOfArchive ? passedOver : CounterOf(other.Name) ?? new());
        foreach (var counter in counters.Values)
            passedOver.Add(counter);

        ReadOnlyMemory<char> previous = default;
        foreach (var file in files)
        {
            var name = ClassOf(file.Name, root);
            if (!name.Span.SequenceEqual(previous.Span))
                counters.Remove(name.ToString());
            previous = name;
        }
        return [.. counters.Select(one => (one.Key, one.Value))];

        // Null for an entry beside the class folders, or outside of the root.
        PassedOverCounter? CounterOf(string name)
        {
            if (!name.StartsWith(root, StringComparison.Ordinal) || name.IndexOf('/', root.Length) < 0)
                return null;
            var folder = ClassOf(name, root).ToString();
            if (!counters.TryGetValue(folder, out var counter))
                counters.Add(folder, counter = new());
            return counter;
        }
    }

    private static string Normalize(string folder) =>
        string.Concat(folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Select(part => part + "/"));

    private static string CommonFolder(List<ArchiveFile> files, string archive)
    {
        var common = files[0].Name[..(files[0].Name.LastIndexOf('/') + 1)]; // ends with a slash, or is empty
        foreach (var file in files)
        {
            while (!file.Name.StartsWith(common, StringComparison.Ordinal))
                common = Above(common);
        }
        // Images in the common folder itself: it is the only class, unless several folders below it hold images too.
        if (!files.Any(file => file.Name.LastIndexOf('/') == common.Length - 1) || HasSeveralFolders(files, common))
            return common;
        return common.Length > 0
            ? Above(common)
            : throw new InvalidOperationException($"'{archive}' holds images outside of any folder: one folder per class is expected.");
    }

    private static bool HasSeveralFolders(List<ArchiveFile> files, string root)
    {
        ReadOnlyMemory<char>? first = null;
        foreach (var file in files)
        {
            if (file.Name.IndexOf('/', root.Length) < 0)
                continue;
            var name = ClassOf(file.Name, root);
            first ??= name;
            if (!name.Span.SequenceEqual(first.Value.Span))
                return true;
        }
        return false;
    }

    private static string Above(string folder) => folder[..(folder.TrimEnd('/').LastIndexOf('/') + 1)];

    private static void Sort(List<ArchiveFile> files, string root)
    {
        files.Sort((a, b) =>
        {
            var order = ClassOf(a.Name, root).Span.SequenceCompareTo(ClassOf(b.Name, root).Span);
            if (order == 0)
                order = string.CompareOrdinal(a.Name, b.Name);
            return order != 0 ? order : b.Offset.CompareTo(a.Offset);
        });
        // A name that occurs twice was added to the archive again: the last one counts, as it does when unpacking.
        string? previous = null;
        files.RemoveAll(file =>
        {
            var again = file.Name == previous;
            previous = file.Name;
            return again;
        });
    }

    /// <summary>An archive of train/CLASS and test/CLASS would otherwise become a data set of the classes "train" and "test".</summary>
    private static void RefuseParts(List<ArchiveFile> files, string root, string archive)
    {
        var names = new List<string>();
        foreach (var file in files)
        {
            var name = ClassOf(file.Name, root).Span;
            if (file.Name.IndexOf('/', root.Length + name.Length + 1) < 0)
                return;
            if (names.Count > 0 && name.SequenceEqual(names[^1]))
                continue;
            names.Add(name.ToString());
            if (!Parts.Contains(names[^1], StringComparer.OrdinalIgnoreCase))
                return;
        }
        var parts = string.Join(" or ", names.Select(name => $"'{root}{name}'"));
        throw new InvalidOperationException($"'{archive}' holds several parts, of which one has to be named as the folder to read: {parts}.");
    }
}
