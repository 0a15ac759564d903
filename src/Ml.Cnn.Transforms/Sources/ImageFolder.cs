using System.IO.Enumeration;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>A class of an image folder.</summary>
/// <param name="Name">The subfolder's name.</param>
/// <param name="Folder">The subfolder's full path.</param>
/// <param name="Files">The images' paths from there, in ordinal order; at least one.</param>
internal sealed record ImageFolderClass(string Name, string Folder, string[] Files);

/// <summary>Finds the classes and images below a folder.</summary>
internal static class ImageFolder
{
    /// <summary>The endings of the formats that the decoder reads.</summary>
    public static IReadOnlyList<string> DefaultExtensions { get; } = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>One class per subfolder that holds images, in ordinal order.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="recursive">Look into the folders below a class folder.</param>
    /// <param name="extensions">File name endings, compared without regard to case.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">There are no subfolders, or no images in them.</exception>
    public static ImageFolderClass[] Scan(string path, bool recursive, IReadOnlyCollection<string> extensions)
    {
        var root = Path.GetFullPath(path);
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException(File.Exists(root)
                ? $"'{root}' is a file; a folder with one subfolder per class is expected."
                : $"There is no folder '{root}'.");
        }

        var folders = Enumerate(root, recursive: false, (ref FileSystemEntry entry) => entry.IsDirectory);
        if (folders.Length == 0)
            throw new InvalidOperationException($"'{root}' has no subfolders: one subfolder per class is expected, named like the class, with its images inside.");

        var endings = extensions.ToArray();
        var classes = folders
            .Select(name => (Name: name, Folder: Path.Join(root, name)))
            .Select(one => new ImageFolderClass(one.Name, one.Folder, Images(one.Folder, recursive, endings)))
            .Where(one => one.Files.Length > 0)
            .ToArray();
        if (classes.Length == 0)
        {
            throw new InvalidOperationException(
                $"The {folders.Length} subfolders of '{root}' hold no images ({string.Join(", ", endings)}): one subfolder per class is expected, with its images inside.");
        }
        return classes;
    }

    private static string[] Images(string folder, bool recursive, string[] endings) =>
        Enumerate(folder, recursive, (ref FileSystemEntry entry) => !entry.IsDirectory && EndsWithAny(entry.FileName, endings));

    /// <summary>Relative paths in ordinal order, without what is hidden.</summary>
    private static string[] Enumerate(string folder, bool recursive, FileSystemEnumerable<string>.FindPredicate include)
    {
        // A name that starts with a dot is hidden on every system here, so that a data set is the same on all of them.
        var options = new EnumerationOptions { RecurseSubdirectories = recursive, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
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

    private static bool EndsWithAny(ReadOnlySpan<char> name, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
