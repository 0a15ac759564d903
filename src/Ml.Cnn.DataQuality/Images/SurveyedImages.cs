using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Inspection;

namespace Ml.Cnn.DataQuality.Images;

/// <summary>What is known of every image of a data view after it was read once; arrays by row. About 1.2 KB an image.</summary>
internal sealed class SurveyedImages
{
    /// <summary>Gray levels of an image as <see cref="PerceptualHash"/> takes it.</summary>
    public const int ThumbnailLength = PerceptualHash.Side * PerceptualHash.Side;

    private readonly byte[][] _thumbnails;

    /// <param name="labels">The labels as text; empty where there is none.</param>
    /// <param name="ids">The rows' ids.</param>
    /// <param name="paths">The images' paths or names; null where they have none.</param>
    public SurveyedImages(IReadOnlyList<string> labels, IReadOnlyList<DataViewRowId> ids, IReadOnlyList<string>? paths)
    {
        (Labels, Ids) = (labels, ids);
        Files = paths ?? [.. Enumerable.Range(0, ids.Count).Select(row => FormattableString.Invariant($"row {row}"))];
        (Measures, Defects, Contents, Hashes, _thumbnails) =
            (new ImageMeasures[Count], new string?[Count], new UInt128[Count], new ulong[Count], new byte[Count][]);
    }

    public int Count => Ids.Count;

    public IReadOnlyList<string> Labels { get; }

    public IReadOnlyList<DataViewRowId> Ids { get; }

    /// <summary>The images' paths, or "row 12".</summary>
    public IReadOnlyList<string> Files { get; }

    public ImageMeasures[] Measures { get; }

    /// <summary>Why an image cannot be read; null where it can.</summary>
    public string?[] Defects { get; }

    /// <summary>Half of the SHA-256 of the files, or of the pixels of images in memory; 0 where an image cannot be read.</summary>
    public UInt128[] Contents { get; }

    /// <summary>The perceptual hashes.</summary>
    public ulong[] Hashes { get; }

    /// <summary>The rows whose images can be read.</summary>
    public int[] ReadableRows() => [.. Enumerable.Range(0, Count).Where(row => Defects[row] is null)];

    /// <summary>The image in gray at 32 × 32 pixels; empty where it cannot be read.</summary>
    public ReadOnlySpan<byte> Thumbnail(int row) => _thumbnails[row];

    public void SetThumbnail(int row, byte[] gray) => (_thumbnails[row], Hashes[row]) = (gray, PerceptualHash.Of(gray));

    /// <summary>Whether an image has so little contrast that nothing on it can be compared.</summary>
    public bool IsBlank(int row) => Measures[row].Contrast < BlankContrast;

    /// <summary>The standard deviation of gray levels below which an image counts as one color.</summary>
    public const double BlankContrast = 2;
}
