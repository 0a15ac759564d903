namespace Ml.Cnn.Extensions;

/// <summary>Follows the links of a path, folders among them: a Kubernetes volume swaps a model by pointing a folder's link elsewhere.</summary>
internal static class LinkedPath
{
    private const int MostLinks = 40; // as Linux follows

    /// <summary>Where a path leads, and what may lead it elsewhere.</summary>
    /// <returns>
    /// The path without links; and the full paths of the links and of the file, or, where something is missing, of the first part that is.
    /// </returns>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static (string Path, IReadOnlySet<string> Steps) Follow(string path)
    {
        var steps = new HashSet<string>(StringComparer.Ordinal);
        var full = Path.GetFullPath(path);
        for (var links = 0; links <= MostLinks; links++)
        {
            if (Step(full, steps) is not { } next)
                return (full, steps);
            full = next;
        }
        throw new IOException($"'{path}' leads through more than {MostLinks} links.");
    }

    // The path with its first link replaced by what the link says; null where there is none.
    private static string? Step(string full, HashSet<string> steps)
    {
        var folder = Path.GetPathRoot(full)!;
        var parts = full[folder.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var here = Path.Combine(folder, parts[i]);
            var info = new FileInfo(here);
            if (info.LinkTarget is { } target)
            {
                steps.Add(here);
                return Path.GetFullPath(Path.Combine([folder, target, .. parts[(i + 1)..]]));
            }
            if (i == parts.Length - 1 || (!info.Exists && !Directory.Exists(here)))
            {
                steps.Add(here);
                return null;
            }
            folder = here;
        }
        return null;
    }
}
