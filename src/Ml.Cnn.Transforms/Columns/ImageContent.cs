using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>The image of one row as its column holds it: values of any type, or an image of a size of its own.</summary>
/// <remarks>
/// Meant to be filled again and again: its buffers only grow. What is in it can be stored and brought back without the
/// <see cref="ImageColumnType"/> that filled it: as <see cref="Stored"/> bytes and, of an image, a width and a height.
/// </remarks>
internal sealed class ImageContent
{
    private byte[] _values = [];
    private int _length; // of the values, in bytes
    private bool _isImage;

    /// <summary>The image, where the content is one (see <see cref="ImageRoom"/>).</summary>
    public PixelImage Image { get; } = new();

    /// <summary>The image's width; 0 for values.</summary>
    public int Width => _isImage ? Image.Width : 0;

    /// <summary>The image's height; 0 for values.</summary>
    public int Height => _isImage ? Image.Height : 0;

    /// <summary>The whole content as bytes.</summary>
    public Span<byte> Stored => _isImage ? Image.Pixels : _values.AsSpan(0, _length);

    /// <summary>The values, of the type that they were filled as.</summary>
    public Span<T> Values<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(_values.AsSpan(0, _length));

    /// <summary>Makes the content that many values, to be filled by the caller.</summary>
    public Span<T> Room<T>(int count) where T : unmanaged
    {
        _isImage = false;
        _length = checked(count * Unsafe.SizeOf<T>());
        if (_values.Length < _length)
            _values = GC.AllocateUninitializedArray<byte>(_length);
        return Values<T>();
    }

    /// <summary>Makes the content an image, to be given its size and filled by the caller.</summary>
    public PixelImage ImageRoom()
    {
        _isImage = true;
        return Image;
    }

    /// <summary>Makes the content what was <see cref="Stored"/>, to be filled by the caller.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="width">As the stored content's <see cref="Width"/>.</param>
    /// <param name="height">As the stored content's <see cref="Height"/>.</param>
    public Span<byte> RoomFor(int length, int width, int height)
    {
        if (width == 0)
            return Room<byte>(length);
        ImageRoom().Reset(width, height, length / (width * height));
        return Image.Pixels;
    }

    /// <summary>Takes over another row's content.</summary>
    public void CopyFrom(ImageContent other) => other.Stored.CopyTo(RoomFor(other.Stored.Length, other.Width, other.Height));
}
