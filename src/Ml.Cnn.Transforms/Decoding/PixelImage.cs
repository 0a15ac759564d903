using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>
/// Pixels as bytes, row after row, the channels of a pixel side by side (height × width × channels). One instance is
/// meant to be filled again and again: its buffer only grows.
/// </summary>
internal sealed class PixelImage
{
    private byte[] _buffer = [];

    /// <summary>An image without pixels, to be filled by a decoder.</summary>
    public PixelImage()
    {
    }

    /// <summary>An image of that size, its pixels 0.</summary>
    public PixelImage(int width, int height, int channels) => Reset(width, height, channels);

    /// <summary>In pixels.</summary>
    public int Width { get; private set; }

    /// <summary>In pixels.</summary>
    public int Height { get; private set; }

    /// <summary>1 is gray, 3 RGB, 4 RGB and straight (not premultiplied) alpha.</summary>
    public int Channels { get; private set; }

    /// <summary>The first height × width × channels bytes are the pixels; the rest is room for larger images.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Height × width × channels bytes.</summary>
    public Span<byte> Pixels => _buffer.AsSpan(0, Width * Height * Channels);

    /// <summary>Takes another size. The pixels are then whatever the buffer held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side below 1, channels other than 1, 3 and 4, or more than 2 GB.</exception>
    public void Reset(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3 or 4))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1 (gray), 3 (RGB) or 4 (RGBA) channels.");
        var bytes = (long)width * height * channels;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(width));

        if (_buffer.Length < bytes)
            _buffer = GC.AllocateUninitializedArray<byte>((int)bytes);
        (Width, Height, Channels) = (width, height, channels);
    }

    /// <summary>The first byte of a row, for loops that do their own bounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref byte Row(int y) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), y * Width * Channels);
}
