namespace Ml.Cnn.Transforms;

/// <summary>
/// An image format that this package does not read by itself: derive from it, and hand an object to <see cref="ImageFormats.Register"/>. The package
/// Ml.Cnn.Transforms.Magick has TIFF, HEIC, AVIF, JPEG XL and JPEG 2000. Every method may be called on several threads at once.
/// </summary>
public abstract class ImageFormat
{
    /// <param name="name">As sentences name it, such as "TIFF".</param>
    /// <param name="extensions">The endings of its files' names, with the dot and in lower case; at least one.</param>
    /// <exception cref="ArgumentException">The name is empty, there is no ending, or one does not begin with a dot.</exception>
    protected ImageFormat(string name, params IReadOnlyList<string> extensions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(extensions);
        if (extensions.Count == 0 || extensions.Any(extension => extension is not ['.', _, ..]))
            throw new ArgumentException("A format needs endings of file names, each with a dot in front, such as '.tif'.", nameof(extensions));
        (Name, Extensions) = (name, [.. extensions.Select(extension => extension.ToLowerInvariant())]);
    }

    /// <summary>As sentences name it.</summary>
    public string Name { get; }

    /// <summary>The endings of its files' names, with the dot and in lower case.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>Whether a file is of this format, by its first bytes. Default: what the library knows of formats that it does not read.</summary>
    /// <param name="encoded">The whole file.</param>
    public virtual bool Recognizes(ReadOnlySpan<byte> encoded) => ImageFormats.NameOfOther(encoded) == Name;

    /// <summary>Reads size and channels, as far as the file tells them without its pixels being decoded.</summary>
    /// <param name="encoded">The whole file, which <see cref="Recognizes"/> said yes to.</param>
    /// <exception cref="Exception">Any, where the file is damaged; its message is shown as the reason.</exception>
    public abstract ImageHeader ReadHeader(ReadOnlySpan<byte> encoded);

    /// <summary>Decodes the first image of a file, upright as its orientation says.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="rgba">
    /// Takes height × width × 4 bytes, of the header's size: rows from the top, in each pixel red, green, blue and straight alpha (255: opaque).
    /// </param>
    /// <exception cref="Exception">Any, where the file is damaged; its message is shown as the reason.</exception>
    public abstract void Decode(ReadOnlySpan<byte> encoded, Span<byte> rgba);

    /// <summary>The format's name.</summary>
    public override string ToString() => Name;
}
