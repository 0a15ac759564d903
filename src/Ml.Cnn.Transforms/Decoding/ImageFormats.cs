namespace Ml.Cnn.Transforms;

/// <summary>The image formats that are read, and the endings that their files have. What a file is shows in its content, whatever its ending.</summary>
public static class ImageFormats
{
    /// <summary>JPEG, PNG, WebP, BMP and GIF, as a sentence names them.</summary>
    public const string Names = "JPEG, PNG, WebP, BMP and GIF";

    /// <summary>File name endings of the formats that are read, with the dot and in lower case; the default of every source of files.</summary>
    public static IReadOnlyList<string> Extensions { get; } =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".pjpeg", ".pjp",
        ".png", ".apng",
        ".webp",
        ".bmp", ".dib",
        ".gif",
    ];

    /// <summary>Formats that hold images too and are not read.</summary>
    private static readonly (string Name, string[] Extensions)[] s_unread =
    [
        ("TIFF", [".tif", ".tiff"]),
        ("HEIC", [".heic", ".heif", ".hif"]),
        ("AVIF", [".avif"]),
        ("JPEG XL", [".jxl"]),
        ("JPEG 2000", [".jp2", ".j2k", ".jpx", ".jpf"]),
        ("PNM", [".ppm", ".pgm", ".pbm", ".pnm"]),
        ("Targa", [".tga"]),
        ("Photoshop", [".psd"]),
        ("SVG", [".svg"]),
        ("icons", [".ico"]),
        ("camera raw", [".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"]),
    ];

    /// <summary>Whether a file's name ends like that of an image that is read; case does not matter.</summary>
    /// <param name="path">The file's name or path.</param>
    public static bool IsImageName(ReadOnlySpan<char> path) => EndsWithAny(path, Extensions);

    /// <summary>Whether a name has one of some endings; case does not matter.</summary>
    internal static bool EndsWithAny(ReadOnlySpan<char> name, IEnumerable<string> endings)
    {
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>The image format that an ending stands for and that is not read; null for all others.</summary>
    internal static string? UnreadFormat(string extension) => s_unread.FirstOrDefault(format => format.Extensions.Contains(extension)).Name;

    /// <summary>The name of an image format by a file's first bytes, where that format is not read; null for all others.</summary>
    internal static string? UnreadFormat(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => "TIFF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] => "AVIF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', (byte)'e' or (byte)'i' or (byte)'s', ..] => "HEIC",
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => "JPEG XL",
        [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => "JPEG 2000",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "Photoshop",
        _ => null,
    };
}
