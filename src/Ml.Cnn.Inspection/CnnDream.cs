using Ml.Cnn.Inspection.Pictures;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection;

/// <summary>An image that was made to excite a class or a channel of a layer: what that has learned to look for.</summary>
public sealed class CnnDream
{
    private const int SheetColumns = 5;
    private const int SheetCell = 224;

    private readonly PixelImage _pixels; // RGBA, of the network's input's size

    internal CnnDream(PixelImage pixels) => _pixels = pixels;

    /// <summary>The class that the image was made for; null where it was a layer's channel.</summary>
    public string? ClassName { get; internal init; }

    /// <summary>What the model gives that class for the image, 0 to 1; null where it was a layer's channel.</summary>
    public float? Probability { get; internal init; }

    /// <summary>The layer's name, as in <see cref="Trainers.Inspection.CnnSummary"/>; null where it was a class.</summary>
    public string? Layer { get; internal init; }

    /// <summary>The channel, from 0; the class's place among the scores where it was a class.</summary>
    public int Channel { get; internal init; }

    /// <summary>The channel's mean response to the image that was begun with, or the class's logit.</summary>
    public double FirstResponse { get; internal init; }

    /// <summary>The channel's mean response to the image, or the class's logit.</summary>
    public double Response { get; internal init; }

    /// <summary>Columns of the image: those of the network's input.</summary>
    public int Width => _pixels.Width;

    /// <summary>Rows of the image: those of the network's input.</summary>
    public int Height => _pixels.Height;

    private string Name => ClassName ?? FormattableString.Invariant($"{Layer}, channel {Channel}");

    /// <summary>A pixel's red, green and blue.</summary>
    /// <param name="row">From 0 at the top.</param>
    /// <param name="column">From 0 at the left.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such pixel.</exception>
    public (byte Red, byte Green, byte Blue) this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Height);
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Width);
            var pixel = _pixels.Pixels.Slice((row * Width + column) * 4, 3);
            return (pixel[0], pixel[1], pixel[2]);
        }
    }

    /// <summary>The image as a PNG file.</summary>
    /// <param name="longSide">The longer side in pixels: a smaller image is magnified by a whole number as far as it fits. Default 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">The side is below 1.</exception>
    public byte[] ToPng(int longSide = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longSide, 1);
        return PngEncoder.Encode(Magnification.Fit(_pixels, longSide));
    }

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "dream.png". Its folder must exist; an earlier file is replaced.</param>
    /// <param name="longSide">The longer side in pixels. Default 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">The side is below 1.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path, int longSide = 512) => PictureFile.Save(path, ToPng(longSide));

    /// <summary>Several images on one sheet as a PNG file, each below the line that says what it was made for.</summary>
    /// <param name="dreams">One or more, of one network.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static byte[] SheetPng(IReadOnlyList<CnnDream> dreams)
    {
        ArgumentNullException.ThrowIfNull(dreams);
        if (dreams.Count == 0)
            throw new ArgumentException("There is no image.", nameof(dreams));
        return TileSheet.Draw([.. dreams.Chunk(SheetColumns).Select(row =>
            new TileSection(string.Join(" | ", row.Select(dream => dream.Name)), [.. row.Select(dream => dream._pixels)], SheetCell, SheetColumns))]);
    }

    /// <summary>"layer3.1.relu_1, channel 7: response 0.02 to 4.1" or "bee: logit −0.3 to 31.2, probability 1.000".</summary>
    public override string ToString() => ClassName is null
        ? FormattableString.Invariant($"{Layer}, channel {Channel}: response {FirstResponse:0.###} to {Response:0.###}")
        : FormattableString.Invariant($"{ClassName}: logit {FirstResponse:0.###} to {Response:0.###}, probability {Probability:0.000}");
}
