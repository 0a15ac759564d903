namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>
/// A value of a <see cref="DirectGraph"/> for one image, and where it lies in the graph's memory: rows of pixels with their channels side by side.
/// </summary>
/// <param name="height">Rows.</param>
/// <param name="width">Pixels of a row.</param>
/// <param name="channels">Channels.</param>
/// <param name="pixel">Numbers between two pixels: the channels, and what fills their last vector.</param>
internal sealed unsafe class DirectValue(int height, int width, int channels, int pixel)
{
    private DirectValue? _whole;
    private int _first;

    public int Height => height;

    public int Width => width;

    public int Channels => channels;

    public int Pixel => pixel;

    /// <summary>Pixels of zeros on each side, for a convolution that reads beyond the map's edge.</summary>
    public int Border { get; init; }

    /// <summary>The value that this one is some neighboring channels of, or the value itself.</summary>
    public DirectValue Whole => _whole ?? this;

    /// <summary>Where in memory the value begins, with its border.</summary>
    public long Start
    {
        get => _whole is null ? field : _whole.Start + _first;
        set;
    }

    /// <summary>Numbers between two rows.</summary>
    public nint Row => (width + 2 * Border) * (nint)pixel;

    /// <summary>Numbers in memory.</summary>
    public long Length => (height + 2 * Border) * (long)Row;

    /// <summary>Some channels of this value, as a value of its own.</summary>
    /// <param name="first">The first channel.</param>
    /// <param name="count">How many.</param>
    public DirectValue Part(int first, int count) => new(height, width, count, pixel) { Border = Border, _whole = this, _first = first };

    /// <summary>Pixels.</summary>
    public int Pixels => height * width;

    /// <summary>The first pixel of a row; rows and columns of the border have numbers from −<see cref="Border"/> on.</summary>
    public float* At(float* memory, int row, int column = 0) => memory + Start + (row + Border) * Row + (column + Border) * (nint)pixel;
}
