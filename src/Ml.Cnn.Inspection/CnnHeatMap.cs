using System.Drawing;
using Ml.Cnn.Inspection.Attribution;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Pictures;

namespace Ml.Cnn.Inspection;

/// <summary>Which parts of an image speak for a class: a number from 0 to 1 for each place.</summary>
public sealed class CnnHeatMap
{
    private readonly float[,] _values;
    private readonly RectangleF _part; // in shares of the image's width and height

    internal CnnHeatMap(InspectedPhoto photo, CnnHeatMapMethod method, float[,] values, RectangleF part) =>
        (Photo, Method, _values, _part) = (photo, method, values, part);

    /// <summary>How it was made.</summary>
    public CnnHeatMapMethod Method { get; }

    /// <summary>The class that the places speak for.</summary>
    public required string ClassName { get; init; }

    /// <summary>The probability that the model gives the class.</summary>
    public required float Score { get; init; }

    /// <summary>The layer that was looked at; null where the method takes none.</summary>
    public required string? Layer { get; init; }

    /// <summary>Channels, height and width of the layer's output; null where the method takes no layer.</summary>
    public required IReadOnlyList<int>? LayerShape { get; init; }

    /// <summary>
    /// What 1 stands for in the method's own units: parts of the logit for <see cref="CnnHeatMapMethod.GradCam"/>, <see cref="CnnHeatMapMethod.HiResCam"/>,
    /// <see cref="CnnHeatMapMethod.Occlusion"/> and <see cref="CnnHeatMapMethod.IntegratedGradients"/>. 0 where nothing speaks for the class: then all values
    /// are 0.
    /// </summary>
    /// <remarks>The largest value; of integrated gradients the 99th percentile of those above 0, and the few pixels above are 1.</remarks>
    public required float Peak { get; init; }

    /// <summary>Rows of the map.</summary>
    public int Height => _values.GetLength(0);

    /// <summary>Columns of the map.</summary>
    public int Width => _values.GetLength(1);

    /// <summary>From 0, nothing that speaks for the class, to 1; NaN where no view of the image looks.</summary>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    public float this[int row, int column] => _values[row, column];

    /// <summary>All values, row by row.</summary>
    public IReadOnlyList<float> Values => [.. _values.Cast<float>()];

    /// <summary>The image's width and height in pixels, upright.</summary>
    public Size ImageSize => new(Photo.Pixels.Width, Photo.Pixels.Height);

    /// <summary>
    /// The part of the image that the map covers, in pixels of the upright image: what the network looked at. May end between two pixels.
    /// </summary>
    public RectangleF Place =>
        new(_part.X * ImageSize.Width, _part.Y * ImageSize.Height, _part.Width * ImageSize.Width, _part.Height * ImageSize.Height);

    /// <summary>
    /// A map of the same image and class whose values are drawn, soft blobs at random places: what a method's maps have to be better than
    /// (<see cref="CnnTransformerInspectionExtensions.ScoreHeatMap"/>).
    /// </summary>
    /// <param name="seed">Which.</param>
    public CnnHeatMap Randomized(int seed) => new(Photo, Method, RandomMap.Draw(Height, Width, seed), _part)
    {
        ClassName = ClassName,
        Score = Score,
        Layer = Layer,
        LayerShape = LayerShape,
        Peak = 1,
    };

    /// <summary>The map over the image as a PNG file: from blue, 0, to red, 1; what the network did not look at is gray.</summary>
    /// <param name="longSide">
    /// The picture's longer side in pixels, 16 to 8192. Larger images are reduced to it, smaller ones magnified by a whole number as far as they fit.
    /// Default 512.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The side is outside its range.</exception>
    public byte[] ToPng(int longSide = 512) => HeatMapPicture.Draw(Photo.Pixels, At, Checked(longSide));

    /// <summary>Saves the map over the image: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "map.png". Its folder must exist; an earlier file is replaced.</param>
    /// <param name="longSide">See <see cref="ToPng"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The side is outside its range.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path, int longSide = 512) => PictureFile.Save(path, ToPng(longSide));

    /// <summary>"cat, 0.93: GradCam of layer4.1.relu_1 (512 × 7 × 7)".</summary>
    public override string ToString() => FormattableString.Invariant($"{ClassName}, {Score:0.00}: {Method}")
        + (Layer is null ? "" : $" of {Layer} ({string.Join(" × ", LayerShape!)})");

    /// <summary>The image.</summary>
    internal InspectedPhoto Photo { get; }

    /// <summary>The value at a place of the image; NaN outside of what was looked at.</summary>
    /// <param name="across">From the image's left edge, 0, to the right one, 1.</param>
    /// <param name="down">From the image's upper edge, 0, to the lower one, 1.</param>
    internal float At(float across, float down) => _part.Contains(across, down)
        ? MapInterpolation.At(_values, (across - _part.X) / _part.Width, (down - _part.Y) / _part.Height) : float.NaN;

    private static int Checked(int longSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longSide, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(longSide, 8192);
        return longSide;
    }
}
