using Microsoft.ML;

namespace Ml.Cnn.Evaluation;

/// <summary>What a report shows beside the numbers.</summary>
public sealed class CnnEvaluationReportOptions
{
    /// <summary>What the page is about, such as a model's file. Default "Evaluation".</summary>
    public string Title { get; set; } = "Evaluation";

    /// <summary>
    /// The images that were evaluated, in the same order of rows. They are read once more, and only those that the page shows are decoded. Null, the default:
    /// the page has no images, and names them by their rows.
    /// </summary>
    public IDataView? Images { get; set; }

    /// <summary>
    /// The column of encoded images (bytes), pixels (bytes or Single with dimensions) or <see cref="Microsoft.ML.Data.MLImage"/>. If there is none, the files
    /// that <see cref="ImagePathColumnName"/> names are read. Default "Image".
    /// </summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>The column of paths, by which the page names images; it may be missing. Default "ImagePath".</summary>
    public string ImagePathColumnName { get; set; } = "ImagePath";

    /// <summary>The longer side of a thumbnail in pixels, at least 16. Default 64.</summary>
    public int ThumbnailSize { get; set; } = 64;

    /// <summary>How many thumbnails a cell of the confusion matrix has at most, 0 or more. Default 12; the names of up to 40 others stand below.</summary>
    public int ThumbnailsPerCell { get; set; } = 12;

    /// <summary>
    /// How many thumbnails all cells have together at most, 0 or more. Default 1,500: about 3 MB. Where there are more images, every cell gets its first one
    /// before any gets another, the largest cells first.
    /// </summary>
    public int ThumbnailsPerPage { get; set; } = 1500;

    /// <summary>How many of the worst mistakes are shown, 0 or more. Default 48.</summary>
    public int WorstMistakes { get; set; } = 48;

    /// <summary>
    /// Draws pictures that stand beside the worst mistakes, such as heat maps: is given the mistakes, in the order of the page, and gives for each the bytes of
    /// a PNG, JPEG or WebP file, or null. Null, the default: no pictures.
    /// </summary>
    public Func<IReadOnlyList<CnnEvaluatedImage>, IReadOnlyList<byte[]?>>? DrawPictures { get; set; }

    /// <summary>Another network on the same images, to compare with. Null, the default: none.</summary>
    public CnnEvaluation? Against { get; set; }

    /// <summary>What the other network is called. Default "the other network".</summary>
    public string AgainstTitle { get; set; } = "the other network";

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Title);
        ArgumentNullException.ThrowIfNull(AgainstTitle);
        ArgumentOutOfRangeException.ThrowIfLessThan(ThumbnailSize, 16);
        ArgumentOutOfRangeException.ThrowIfNegative(ThumbnailsPerCell);
        ArgumentOutOfRangeException.ThrowIfNegative(ThumbnailsPerPage);
        ArgumentOutOfRangeException.ThrowIfNegative(WorstMistakes);
    }
}
