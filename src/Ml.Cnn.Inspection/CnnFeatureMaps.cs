using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Inspection.Pictures;

namespace Ml.Cnn.Inspection;

/// <summary>What one layer makes of an image: a map of responses for each channel.</summary>
public sealed class CnnFeatureMaps
{
    private const int Columns = 20;

    private readonly float[] _values;

    internal CnnFeatureMaps(LayerReading reading)
    {
        (Channels, Height, Width) = reading.Maps;
        (Layer, Kind, Position, Layers, _values) = (reading.Layer.Name, reading.Layer.Kind, reading.Layer.Position + 1, reading.Layers, reading.Values);
    }

    /// <summary>The layer's name, as in <see cref="Trainers.Inspection.CnnSummary"/>.</summary>
    public string Layer { get; }

    /// <summary>The layer's kind: "conv2d", "relu".</summary>
    public string Kind { get; }

    /// <summary>The layer's place in the order in which an image passes the layers, from 1.</summary>
    public int Position { get; }

    /// <summary>How many layers the network has.</summary>
    public int Layers { get; }

    /// <summary>Maps; of a layer that gives a row of numbers, the numbers.</summary>
    public int Channels { get; }

    /// <summary>Rows of a map; 1 for a row of numbers.</summary>
    public int Height { get; }

    /// <summary>Columns of a map; 1 for a row of numbers.</summary>
    public int Width { get; }

    /// <summary>A response, in the layer's own units.</summary>
    /// <param name="channel">From 0.</param>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    public float this[int channel, int row, int column] => Map(channel)[row * Width + column];

    /// <summary>All responses: channel by channel, row by row.</summary>
    public IReadOnlyList<float> Values => _values;

    /// <summary>
    /// The first maps side by side as a PNG file, black for the least response of all maps and white for the largest, below a caption with the layer's
    /// name, place and shape.
    /// </summary>
    /// <param name="maps">The most that are shown, 1 or more. Default 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public byte[] ToPng(int maps = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maps, 1);
        return TileSheet.Draw([Section(maps)]);
    }

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "features.png". Its folder must exist; an earlier file is replaced.</param>
    /// <param name="maps">See <see cref="ToPng"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path, int maps = 100) => PictureFile.Save(path, ToPng(maps));

    /// <summary>"conv1 (conv2d), layer 1 of 69: 64 × 112 × 112".</summary>
    public override string ToString() => FormattableString.Invariant($"{Layer} ({Kind}), layer {Position} of {Layers}: {Channels} × {Height} × {Width}");

    internal TileSection Section(int most)
    {
        var (shown, scale) = (Math.Min(most, Channels), ValueScale.Of(_values));
        var caption = $"{this}{(shown < Channels ? $", the first {shown}" : "")}; {scale}";
        return new(caption, [.. Enumerable.Range(0, shown).Select(channel => scale.Tile(Map(channel), Width))],
            TileSection.CellFor(Math.Min(Columns, shown), rows: 1), Columns);
    }

    private ReadOnlySpan<float> Map(int channel) => _values.AsSpan(channel * Height * Width, Height * Width);
}
