namespace Ml.Cnn.Transforms.Sources;

/// <summary>Which of a list's two columns holds the paths, and whether its first line names them.</summary>
/// <param name="Path">0 or 1.</param>
/// <param name="HasHeader">Whether the first line is no row.</param>
internal readonly record struct ListColumns(int Path, bool HasHeader)
{
    private static readonly HashSet<string> s_pathNames =
    [
        "path", "paths", "file", "files", "filename", "filenames", "filepath", "image", "images", "imagepath", "imagefile", "imagename",
        "img", "imgpath", "photo",
    ];

    private static readonly HashSet<string> s_labelNames =
    [
        "label", "labels", "labelname", "class", "classes", "classname", "category", "categories", "target", "targets",
    ];

    public int Label => 1 - Path;

    /// <summary>Looks at a list's first line.</summary>
    /// <param name="first">Its two fields.</param>
    /// <param name="folder">What relative paths start from.</param>
    /// <param name="hasHeader">Whether it names the columns; null if that is to be seen from it.</param>
    public static ListColumns Of(string[] first, string folder, bool? hasHeader)
    {
        var named = hasHeader == false ? null : OfNames(first);
        if (named is { } path && (hasHeader == true || !LooksLikeImage(first[path], folder)))
            return new(path, HasHeader: true);
        // A path in the second field alone: the list is label, path, and has no header.
        var images = first.Select(field => LooksLikeImage(field, folder)).ToArray();
        if (hasHeader != true && !images[0] && images[1])
            return new(1, HasHeader: false);
        return new(0, hasHeader ?? !images[0]);
    }

    /// <summary>The path's column by the names of the columns; null if they are not among the usual ones.</summary>
    private static int? OfNames(string[] names)
    {
        var words = names.Select(name => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant()).ToArray();
        if (s_pathNames.Contains(words[0]) || s_labelNames.Contains(words[1]))
            return 0;
        return s_pathNames.Contains(words[1]) || s_labelNames.Contains(words[0]) ? 1 : null;
    }

    /// <summary>It has an image's ending, or a file has that name; a column's name has neither.</summary>
    private static bool LooksLikeImage(string path, string folder) =>
        ImageFormats.IsImageName(path) || (path.Length > 0 && File.Exists(System.IO.Path.Combine(folder, path)));
}
