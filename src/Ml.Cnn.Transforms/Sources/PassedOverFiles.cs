using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>Files of one kind that a source of images left out, since they are none that it reads.</summary>
/// <param name="Kind">
/// The file name ending in lower case such as ".tif", "no extension", "link" (of an archive, to something that is not in it), "link to a folder",
/// "special file", "outside of class folders" (images beside the class folders), or "name outside of the archive" (one that leads above its root).
/// </param>
/// <param name="Count">How many files.</param>
public sealed record PassedOverFiles(string Kind, long Count)
{
    /// <summary>The image format that the kind stands for and that is not read, such as "TIFF"; null for all others. Not serialized.</summary>
    [JsonIgnore]
    public string? Format => ImageFormats.UnreadFormat(Kind);

    /// <summary>The kinds in one line: "3 .tif, 1 .txt; not read: TIFF".</summary>
    internal static string Describe(IReadOnlyList<PassedOverFiles> files)
    {
        var formats = files.Select(one => one.Format).OfType<string>().Distinct().ToArray();
        return string.Join(", ", files.Select(one => FormattableString.Invariant($"{one.Count} {one.Kind}")))
            + (formats.Length > 0 ? $"; not read: {string.Join(", ", formats)}" : "");
    }
}
