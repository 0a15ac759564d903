using Ml.Cnn.Inspection.Pictures;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection;

/// <summary>The filters of a convolution.</summary>
public sealed class CnnKernels
{
    private const int Columns = 16;
    private const int MostShown = 64; // filters, and channels of a filter, of a layer whose tiles are gray

    private readonly float[] _values;

    internal CnnKernels(string layer, int filters, int channels, int height, int width, bool isColor, float[] values) =>
        (Layer, Filters, Channels, Height, Width, IsColor, _values) = (layer, filters, channels, height, width, isColor, values);

    /// <summary>The layer's name, as in <see cref="Trainers.Inspection.CnnSummary"/>.</summary>
    public string Layer { get; }

    /// <summary>How many filters there are: channels of the layer's output.</summary>
    public int Filters { get; }

    /// <summary>Channels of a filter: those of the layer's input, or of one of its groups.</summary>
    public int Channels { get; }

    /// <summary>Rows of a filter.</summary>
    public int Height { get; }

    /// <summary>Columns of a filter.</summary>
    public int Width { get; }

    /// <summary>Whether the filters look at the colors of images: three channels, red, green and blue.</summary>
    public bool IsColor { get; }

    /// <summary>A weight.</summary>
    /// <param name="filter">From 0.</param>
    /// <param name="channel">From 0.</param>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    public float this[int filter, int channel, int row, int column] => Map(filter, channel)[row * Width + column];

    /// <summary>All weights: filter by filter, channel by channel, row by row.</summary>
    public IReadOnlyList<float> Values => _values;

    /// <summary>
    /// The filters side by side as a PNG file, gray where a weight is 0: in color where <see cref="IsColor"/>, else a gray tile for each channel, and where
    /// there are several channels a row for each filter. Of a layer of many filters and channels the first 64 of each are shown; the caption says so, and which
    /// weights are black and white.
    /// </summary>
    public byte[] ToPng() => TileSheet.Draw([Section()]);

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "kernels.png". Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path) => PictureFile.Save(path, ToPng());

    /// <summary>"conv1: 96 filters of 3 × 11 × 11".</summary>
    public override string ToString() => FormattableString.Invariant($"{Layer}: {Filters} filters of {Channels} × {Height} × {Width}");

    private TileSection Section()
    {
        var scale = ValueScale.Symmetric(_values);
        if (IsColor || Channels == 1)
        {
            var columns = Math.Min(Columns, Filters);
            return new($"{this}; {scale}", [.. Enumerable.Range(0, Filters).Select(FilterTile)],
                TileSection.CellFor(columns, (Filters + columns - 1) / columns), columns);
        }
        var (filters, channels) = (Math.Min(Filters, MostShown), Math.Min(Channels, MostShown));
        var shown = filters < Filters || channels < Channels ? $", the first {filters} by the first {channels} channels" : "";
        var tiles = from filter in Enumerable.Range(0, filters) from channel in Enumerable.Range(0, channels) select scale.Tile(Map(filter, channel), Width);
        return new($"{this}{shown}, a row for each filter; {scale}", [.. tiles], TileSection.CellFor(channels, filters), channels);

        PixelImage FilterTile(int filter) => IsColor ? scale.ColorTile(Filter(filter), Width) : scale.Tile(Filter(filter), Width);
    }

    private ReadOnlySpan<float> Filter(int filter) => _values.AsSpan(filter * Channels * Height * Width, Channels * Height * Width);

    private ReadOnlySpan<float> Map(int filter, int channel) => Filter(filter).Slice(channel * Height * Width, Height * Width);
}
