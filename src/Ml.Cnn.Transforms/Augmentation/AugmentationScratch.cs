using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>
/// The image on its way through the steps, and the buffers that one thread needs for it; used again for the next.
/// </summary>
/// <remarks>
/// Cropping and resizing are put off until a step asks for pixels, so that a chain of them becomes one pass over the
/// pixels that matter: "resize to 512, cut out 224" computes 224 × 224 pixels.
/// </remarks>
internal sealed class AugmentationScratch
{
    private readonly PixelImage _first = new();
    private readonly PixelImage _second = new();
    private readonly PixelImage _converted = new();
    private float[] _floats = [];

    // What is seen: the box of the source, brought to a size, of which the window is left.
    private PixelImage _source = new();
    private PixelRectangle _box;
    private (int Width, int Height) _size;
    private PixelRectangle _window;
    private Interpolation _interpolation;

    /// <summary>The network's input, to which the steps' sizes relate.</summary>
    public ImagePreprocessing Target { get; private set; } = new();

    /// <summary>Width of the image as it is now, in pixels.</summary>
    public int Width => _window.Width;

    /// <summary>Height of the image as it is now, in pixels.</summary>
    public int Height => _window.Height;

    /// <summary>1, 3 or 4.</summary>
    public int Channels => _source.Channels;

    /// <summary>One table of 256 bytes per channel.</summary>
    public byte[] Table { get; } = new byte[4 * 256];

    /// <summary>One histogram of 256 counts per channel.</summary>
    public int[] Histogram { get; } = new int[4 * 256];

    /// <summary>Takes an image. It is read, never written.</summary>
    public void Begin(PixelImage source, ImagePreprocessing target)
    {
        Target = target;
        if (source.Channels != target.Channels)
        {
            ChannelConverter.Convert(source, _converted, target.Channels);
            source = _converted;
        }
        See(source);
    }

    /// <summary>Leaves a part of the image. Costs nothing.</summary>
    public void Crop(PixelRectangle part)
    {
        if (!part.IsInside(Width, Height))
            throw new ArgumentOutOfRangeException(nameof(part), part, $"The part is not inside the image of {Width} × {Height} pixels.");
        _window = part with { X = _window.X + part.X, Y = _window.Y + part.Y };
    }

    /// <summary>Brings the image to another size. Costs nothing yet.</summary>
    public void Resize(int width, int height, Interpolation interpolation)
    {
        if ((width, height) == (Width, Height))
            return;
        if (IsScaled)
            Render();
        _box = _window with { X = _box.X + _window.X, Y = _box.Y + _window.Y };
        _size = (width, height);
        _window = PixelRectangle.Whole(width, height);
        _interpolation = interpolation;
    }

    /// <summary>Brings the image to the target's size as scoring does: the short side resized, the middle cut out.</summary>
    public void FitToTarget()
    {
        var fitted = Room(Target.Width, Target.Height);
        FitToTarget(fitted.Pixels);
        See(fitted);
    }

    /// <summary>The pixels, to be changed in place.</summary>
    public PixelImage Image
    {
        get
        {
            if (!IsOwn || _window != PixelRectangle.Whole(_source.Width, _source.Height) || IsScaled)
                Render();
            return _source;
        }
    }

    /// <summary>Room for an image of that size, other than <see cref="Image"/>; <see cref="Take"/> makes it the image.</summary>
    public PixelImage Room(int width, int height)
    {
        var room = ReferenceEquals(_source, _first) ? _second : _first;
        room.Reset(width, height, _source.Channels);
        return room;
    }

    /// <summary>Goes on with what was written into <see cref="Room"/>.</summary>
    public void Take(PixelImage room) => See(room);

    public Span<float> Floats(int length)
    {
        if (_floats.Length < length)
            _floats = GC.AllocateUninitializedArray<float>(length);
        return _floats.AsSpan(0, length);
    }

    /// <summary>Writes the image in the target's size.</summary>
    public void Finish(Span<byte> destinationHwc)
    {
        if (destinationHwc.Length != Target.ByteCount)
            throw new ArgumentException($"{Target.ByteCount} bytes are needed, not {destinationHwc.Length}.", nameof(destinationHwc));
        if ((Width, Height) == (Target.Width, Target.Height))
            RenderTo(destinationHwc);
        else
            FitToTarget(destinationHwc);
    }

    private bool IsScaled => _size != (_box.Width, _box.Height);

    private bool IsOwn => ReferenceEquals(_source, _first) || ReferenceEquals(_source, _second) || ReferenceEquals(_source, _converted);

    private void See(PixelImage image)
    {
        _source = image;
        _box = _window = PixelRectangle.Whole(image.Width, image.Height);
        _size = (image.Width, image.Height);
    }

    private void Render()
    {
        var rendered = Room(Width, Height);
        RenderTo(rendered.Pixels);
        See(rendered);
    }

    private void RenderTo(Span<byte> destination) =>
        ImageResizer.Resize(_source, _box, _size.Width, _size.Height, _window, _interpolation, destination, Width * Channels);

    private void FitToTarget(Span<byte> destination)
    {
        if (IsScaled)
            Render();
        Target.Fit(_source, _window with { X = _box.X + _window.X, Y = _box.Y + _window.Y }, destination);
    }
}
