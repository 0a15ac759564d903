namespace Ml.Cnn.Trainers.Input;

/// <summary>An image of any size, normalized: height × width × channels. Its memory is used again.</summary>
internal sealed class WholeImage
{
    private float[] _pixels = [];

    /// <summary>0 if there is no image.</summary>
    public int Height { get; private set; }

    public int Width { get; private set; }

    public int Channels { get; private set; }

    public Span<float> Pixels => _pixels.AsSpan(0, Height * Width * Channels);

    /// <summary>Makes room for an image.</summary>
    public Span<float> Reset(int height, int width, int channels)
    {
        (Height, Width, Channels) = (height, width, channels);
        if (_pixels.Length < height * width * channels)
            _pixels = GC.AllocateUninitializedArray<float>(height * width * channels);
        return Pixels;
    }

    /// <summary>There is no image any more.</summary>
    public void Clear() => Reset(0, 0, 0);

    public void CopyFrom(WholeImage other) => other.Pixels.CopyTo(Reset(other.Height, other.Width, other.Channels));

    /// <summary>Copies the image with left and right exchanged.</summary>
    public void CopyMirrored(Span<float> destination)
    {
        var pixels = Pixels;
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                pixels.Slice((y * Width + x) * Channels, Channels).CopyTo(destination[((y * Width + Width - 1 - x) * Channels)..]);
        }
    }
}
