using System.Globalization;
using Ml.Cnn.Inspection.Pictures;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection;

/// <summary>The images of a data set that are most like an image for a network.</summary>
public sealed class CnnNeighbors
{
    private const int Columns = 7;
    private const int Cell = 140;

    private readonly PixelImage _query; // RGBA

    internal CnnNeighbors(PixelImage query) => _query = query;

    /// <summary>The layer whose output was compared, as in <see cref="Trainers.Inspection.CnnSummary"/>: the one before the head.</summary>
    public required string Layer { get; init; }

    /// <summary>How many images were looked at; those that cannot be read are left out.</summary>
    public long Scored { get; internal init; }

    /// <summary>The images, the nearest first; of equally near ones, the first of the data.</summary>
    public required IReadOnlyList<CnnNeighbor> Images { get; init; }

    /// <summary>
    /// The image and then its neighbors as a PNG file, the nearest first, below each its row in the data and the similarity: seven in a row, each in a square
    /// of 140 pixels.
    /// </summary>
    public byte[] ToPng()
    {
        IEnumerable<PixelImage> pixels = [_query, .. Images.Select(image => image.Pixels)];
        return TileSheet.Draw([new($"{this}", [.. pixels.Select(image => SquareTile.Of(Magnification.Fit(image, Cell), Cell))], Cell, Columns,
            ["the image", .. Images.Select(image => $"row {image.Row}: {Number(image.Similarity)}")])]);
    }

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "neighbors.png". Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path) => PictureFile.Save(path, ToPng());

    /// <summary>"The nearest 12 of 1000 images by the features of avgpool, similarities 0.981 to 0.802".</summary>
    public override string ToString() => $"The nearest {Images.Count} of {Scored} images by the features of {Layer}, similarities "
        + $"{Number(Images[0].Similarity)} to {Number(Images[^1].Similarity)}";

    private static string Number(float similarity) => similarity.ToString("0.000", CultureInfo.InvariantCulture).Replace('-', '−');
}
