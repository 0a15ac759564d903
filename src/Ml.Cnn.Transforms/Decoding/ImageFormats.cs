using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms;

/// <summary>The image formats that are read, and the endings that their files have. What a file is shows in its content, whatever its ending.</summary>
public static class ImageFormats
{
    private static readonly Lock s_lock = new();

    private static readonly string[] s_ownNames = ["JPEG", "PNG", "WebP", "BMP", "GIF"];

    private static readonly string[] s_ownExtensions =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".jfi", ".jif", ".pjpeg", ".pjp",
        ".png", ".apng",
        ".webp",
        ".bmp", ".dib",
        ".gif",
    ];

    // Replaced whole, never changed.
    private static volatile Formats s_formats = new([]);

    /// <summary>JPEG, PNG, WebP, BMP and GIF, and the formats that were registered, as a sentence names them.</summary>
    public static string Names => s_formats.Names;

    /// <summary>File name endings of the formats that are read, with the dot and in lower case; the default of every source of files.</summary>
    public static IReadOnlyList<string> Extensions => s_formats.Extensions;

    /// <summary>
    /// Adds a format for the whole process: its files are found, inspected, trained on and scored as the others are. Call it before data is loaded.
    /// A format of the same name takes the earlier one's place. Formats that the library reads by itself are decoded by the library.
    /// </summary>
    /// <param name="format">The format.</param>
    public static void Register(ImageFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        lock (s_lock)
            s_formats = new([.. s_formats.Registered.Where(other => other.Name != format.Name), format]);
    }

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

    /// <summary>Whether a file begins as those of a format that is read do. The rest of it may be damaged.</summary>
    /// <param name="encoded">The file, or its first 16 bytes.</param>
    public static bool Recognizes(ReadOnlySpan<byte> encoded) => NameOfOwn(encoded) is not null || Find(encoded) is not null;

    /// <summary>
    /// What an image file says of itself; its pixels are not decoded. For services that refuse large images before memory is taken for them.
    /// </summary>
    /// <param name="encoded">The whole file.</param>
    /// <exception cref="ImageDecodingException">The header cannot be read, or the format is not; the message says why.</exception>
    public static ImageHeader ReadHeader(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty)
            throw new ImageDecodingException("The image is empty (0 bytes).");
        try
        {
            var info = EncodedImageInfo.Read(encoded);
            return new(info.Width, info.Height, info.Channels);
        }
        catch (Exception e) when (e is not ImageDecodingException)
        {
            throw new ImageDecodingException($"The image's header cannot be read: {e.Message}", e); // by a format that was registered
        }
    }

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
    internal static string? UnreadFormat(string extension) =>
        Extensions.Contains(extension) ? null : s_unread.FirstOrDefault(format => format.Extensions.Contains(extension)).Name;

    /// <summary>The registered format of a file; null for all others, those among them that the library reads by itself.</summary>
    internal static ImageFormat? Find(ReadOnlySpan<byte> encoded)
    {
        foreach (var format in s_formats.Registered)
        {
            if (format.Recognizes(encoded))
                return format;
        }
        return null;
    }

    /// <summary>Takes back what was registered under a name.</summary>
    internal static void Unregister(string name)
    {
        lock (s_lock)
            s_formats = new([.. s_formats.Registered.Where(other => other.Name != name)]);
    }

    /// <summary>The name of the format that a file's first bytes are of, where the library reads it by itself; null for all others.</summary>
    internal static string? NameOfOwn(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [0xFF, 0xD8, ..] => "JPEG",
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "PNG",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "WebP",
        [(byte)'B', (byte)'M', ..] => "BMP",
        [(byte)'G', (byte)'I', (byte)'F', ..] => "GIF",
        _ => null,
    };

    /// <summary>The name of an image format by a file's first bytes, where the library does not read it by itself; null for all others.</summary>
    internal static string? NameOfOther(ReadOnlySpan<byte> encoded) => encoded switch
    {
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => "TIFF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] => "AVIF",
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'h' or (byte)'m', (byte)'e' or (byte)'i' or (byte)'s', ..] => "HEIC",
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', ..] => "JPEG XL",
        [0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => "JPEG 2000",
        [(byte)'8', (byte)'B', (byte)'P', (byte)'S', ..] => "Photoshop",
        _ => null,
    };

    private sealed class Formats(ImageFormat[] registered)
    {
        public ImageFormat[] Registered { get; } = registered;

        public string Names { get; } = Listed([.. s_ownNames, .. registered.Select(format => format.Name)]);

        public string[] Extensions { get; } = [.. s_ownExtensions.Concat(registered.SelectMany(format => format.Extensions)).Distinct()];

        private static string Listed(string[] names) => $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
