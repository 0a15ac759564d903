using System.IO.Enumeration;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>A class of an image folder.</summary>
/// <param name="Name">The subfolder's name.</param>
/// <param name="Folder">The subfolder's full path.</param>
/// <param name="Files">The images' paths from there, in ordinal order; at least one.</param>
internal sealed record ImageFolderClass(string Name, string Folder, string[] Files);

/// <summary>The classes of a folder, and what was left out.</summary>
/// <param name="Classes">In ordinal order; none is empty.</param>
/// <param name="PassedOver">Files that are no images.</param>
internal sealed record ImageFolder(ImageFolderClass[] Classes, IReadOnlyList<PassedOverFiles> PassedOver)
{
    /// <summary>One class per subfolder, in ordinal order.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recursive">Look into the folders below a class folder.</param>
    /// <param name="extensions">File name endings, compared without regard to case.</param>
    /// <param name="allowEmptyClasses">Leave out subfolders without images, instead of refusing them.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">There are no subfolders, or no images in them, or in one of them.</exception>
    public static ImageFolder Scan(string path, bool recursive, IReadOnlyCollection<string> extensions, bool allowEmptyClasses)
    {
        var root = Path.GetFullPath(path);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException(File.Exists(root)
                ? $"'{root}' is a file; a folder with one subfolder per class is expected."
                : $"There is no folder '{root}'.");
        }

        var passedOver = new PassedOverCounter();
        var folders = Enumerate(root, recursive: false, (ref FileSystemEntry entry) => IsClass(ref entry, extensions, passedOver));
        if (folders.Length == 0)
        {
            throw new InvalidOperationException(
                $"'{root}' has no subfolders: one subfolder per class is expected, named like the class, with its images inside.");
        }

        var classes = new List<ImageFolderClass>();
        var empty = new List<(string, PassedOverCounter)>();
        foreach (var name in folders)
        {
            var others = new PassedOverCounter();
            var folder = Path.Join(root, name);
            var files = Enumerate(folder, recursive, (ref FileSystemEntry entry) => IsImage(ref entry, recursive, extensions, others));
            passedOver.Add(others);
            if (files.Length > 0)
                classes.Add(new(name, folder, files));
            else
                empty.Add((name, others));
        }
        if (classes.Count == 0)
        {
            throw new InvalidOperationException($"The subfolders of '{root}' hold no images ({string.Join(", ", extensions)}): "
                + $"one subfolder per class is expected, with its images inside.{(passedOver.IsEmpty ? "" : $" They hold {passedOver}.")}");
        }
        if (!allowEmptyClasses)
            EmptyClasses.Refuse(empty, $"'{root}'");
        return new([.. classes], passedOver.ToList());
    }

    private static bool IsClass(ref FileSystemEntry entry, IReadOnlyCollection<string> endings, PassedOverCounter passedOver)
    {
        if (entry.IsDirectory)
            return true;
        if (ImageFormats.EndsWithAny(entry.FileName, endings))
            passedOver.Add(PassedOverCounter.OutsideOfClasses);
        return false;
    }

    private static bool IsImage(ref FileSystemEntry entry, bool recursive, IReadOnlyCollection<string> endings, PassedOverCounter passedOver)
    {
        if (entry.IsDirectory)
        {
            if (recursive && entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                passedOver.Add(PassedOverCounter.FolderLink);
            return false;
        }
        if (ImageFormats.EndsWithAny(entry.FileName, endings))
            return true;
        passedOver.AddFile(entry.FileName);
        return false;
    }

    /// <summary>Relative paths in ordinal order, without what is hidden.</summary>
    private static string[] Enumerate(string folder, bool recursive, FileSystemEnumerable<string>.FindPredicate include)
    {
        // A name that starts with a dot is hidden on every system here, so that a data set is the same on all of them.
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = recursive,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        var found = new FileSystemEnumerable<string>(folder, RelativePath, options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && include(ref entry),
            // A link to a folder may lead back up; links to files, and class folders that are links, are followed.
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.') && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }.ToArray();
        Array.Sort(found, StringComparer.Ordinal);
        return found;
    }

    // One string for a file in the folder itself, the usual case: a large data set is listed without garbage.
    private static string RelativePath(ref FileSystemEntry entry)
    {
        var folders = entry.Directory[entry.RootDirectory.Length..].TrimStart(Path.DirectorySeparatorChar);
        return folders.IsEmpty ? entry.FileName.ToString() : Path.Join(folders, entry.FileName);
    }
}
