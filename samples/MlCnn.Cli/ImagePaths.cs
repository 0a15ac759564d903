using System.Globalization;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli;

/// <summary>The files that a command line names: each by itself, or all images of a folder.</summary>
internal static class ImagePaths
{
    // "image 9" before "image 10", as people count.
    private static readonly StringComparer s_natural = StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering);

    // Links to folders may lead back up, and what cannot be opened is not to end the rest.
    private static readonly EnumerationOptions s_below = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
    };

    /// <summary>Files as they are given; folders as the images in them and below, in natural order.</summary>
    /// <exception cref="CommandException">A folder holds no images, or cannot be opened.</exception>
    public static IReadOnlyList<string> Expand(IReadOnlyList<string> paths) => [.. paths.SelectMany(path => Directory.Exists(path) ? ImagesOf(path) : [path])];

    private static string[] ImagesOf(string folder)
    {
        string[] files;
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any(); // tells what keeps the folder closed; the options below pass over that without a word
            files = [.. Directory.EnumerateFiles(folder, "*", s_below).Where(file => ImageFormats.IsImageName(file))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder '{folder}' cannot be opened: {e.Message}", e);
        }
        if (files.Length == 0)
            throw new CommandException($"The folder '{folder}' holds no images ({string.Join(", ", ImageFormats.Extensions)}), neither in itself nor below.");
        return [.. files.Order(s_natural).ThenBy(file => file, StringComparer.Ordinal)];
    }
}
