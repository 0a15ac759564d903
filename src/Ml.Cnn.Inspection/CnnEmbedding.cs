using Ml.Cnn.Inspection.Embedding;
using Ml.Cnn.Inspection.Pictures;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.Inspection;

/// <summary>The images of a data set as points in the plane: the first two principal components of what a layer of a network makes of them.</summary>
/// <remarks>
/// Holds the features, 4 bytes each, and the data, not its images: 50,000 images with the 512 features of ResNet-18 take 100 MB, and three times as much
/// while they are computed.
/// </remarks>
public sealed class CnnEmbedding
{
    private const int SmallestPicture = 200;

    private readonly FeatureTable _features; // of length 1
    private readonly EmbeddedSource _source;

    internal CnnEmbedding(FeatureTable features, EmbeddedSource source) => (_features, _source) = (features, source);

    /// <summary>The layer whose output the features are, as in <see cref="Trainers.Inspection.CnnSummary"/>.</summary>
    public required string Layer { get; init; }

    /// <summary>How many features an image has.</summary>
    public int Length => _features.Length;

    /// <summary>The images that could be read, in their order.</summary>
    public required IReadOnlyList<CnnEmbeddedImage> Images { get; init; }

    /// <summary>The labels that images have: a key's in its own order, others sorted. Empty without a column of labels.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The share of the features' variance that <see cref="CnnEmbeddedImage.X"/> holds, 0 to 1; 0 where all images have the same features.</summary>
    public double FirstShare { get; internal init; }

    /// <summary>The share of the features' variance that <see cref="CnnEmbeddedImage.Y"/> holds, likewise.</summary>
    public double SecondShare { get; internal init; }

    /// <summary>
    /// The images that are most like one of them by all features, not in the plane: the cosine of the angle between the features, 1 for the same direction.
    /// </summary>
    /// <param name="index">The image's place in <see cref="Images"/>; the image itself is not among its neighbors.</param>
    /// <param name="count">How many, 1 or more; fewer where there are not so many others.</param>
    /// <returns>The nearest first; of equally near ones, the first of the data.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image, or no neighbor is asked for.</exception>
    public IReadOnlyList<(CnnEmbeddedImage Image, float Similarity)> Neighbors(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Images.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, Images.Count).Where(other => other != index)
            .Select(other => (Images[other], Similarity: FeatureTable.Similarity(_features[index], _features[other])))
            .OrderByDescending(neighbor => neighbor.Similarity).Take(count)];
    }

    /// <summary>
    /// The points as a PNG file, each label in a color, with a legend. Of more than twenty labels, those of most images have colors, the others are gray.
    /// </summary>
    /// <param name="width">In pixels, 200 or more. Default 900.</param>
    /// <param name="height">In pixels, 200 or more. Default 700.</param>
    /// <exception cref="ArgumentOutOfRangeException">The picture is too small.</exception>
    public byte[] ToPng(int width = 900, int height = 700)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, SmallestPicture);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, SmallestPicture);
        return PointsPicture.Draw(this, width, height);
    }

    /// <summary>Saves the picture: see <see cref="ToPng"/>.</summary>
    /// <param name="path">The file, such as "points.png". Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePng(string path) => PictureFile.Save(path, ToPng());

    /// <summary>
    /// The images themselves as a PNG file: a grid over the plane, from the least to the largest of each component, has in each cell the image that lies in it
    /// and nearest to its middle; cells without an image are white. Those images are read once more, other rows are passed over.
    /// </summary>
    /// <param name="cells">Cells of each side, 1 to 200. Default 28.</param>
    /// <param name="cellSize">A cell's side in pixels, 8 to 200. Default 40.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range, or the picture would be wider than 16,000 pixels.</exception>
    public byte[] ToImageMapPng(int cells = 28, int cellSize = 40)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cells, 200);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellSize, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cellSize, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cells * cellSize, TileSheet.LongestSide, nameof(cellSize));
        return ImageMap.Draw(this, _source, cells, cellSize);
    }

    /// <summary>Saves the picture: see <see cref="ToImageMapPng"/>.</summary>
    /// <param name="path">The file, such as "images.png". Its folder must exist; an earlier file is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveImageMapPng(string path) => PictureFile.Save(path, ToImageMapPng());

    /// <summary>"avgpool, 512 features of 1000 images: 34.1 % and 12.2 % of the variance in the plane".</summary>
    public override string ToString() => FormattableString.Invariant($"{Layer}, {Length} features of {Images.Count} images: ")
        + FormattableString.Invariant($"{FirstShare * 100:0.#} % and {SecondShare * 100:0.#} % of the variance in the plane");
}
