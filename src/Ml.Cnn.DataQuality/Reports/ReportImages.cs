using Microsoft.ML;
using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.DataQuality.Reports;

/// <summary>Where a page takes its pictures from.</summary>
/// <param name="Data">The images that were searched.</param>
/// <param name="Validation">The validation set; null without one.</param>
/// <param name="Columns">Their columns.</param>
internal sealed record ReportImages(IDataView Data, IDataView? Validation, ImageColumnNames Columns)
{
    /// <summary>The longer side of a thumbnail in pixels; a smaller image is kept as it is.</summary>
    public const int LongestSide = 112;

    private const int JpegQuality = 80;

    /// <summary>Smaller images show every pixel as it is.</summary>
    private const int LosslessSide = 64;

    /// <summary>Small versions of some rows' images as data addresses; without those that cannot be read.</summary>
    /// <param name="data">The data, or the validation set.</param>
    /// <param name="rows">Which rows.</param>
    public Dictionary<long, string> Thumbnails(IDataView data, IReadOnlySet<long> rows)
    {
        var thumbnails = new Dictionary<long, string>();
        if (rows.Count == 0)
            return thumbnails;
        var (column, format) = ImageColumnReader.Find(data.Schema, Columns.Image, Columns.Path);
        using var cursor = data.GetRowCursorSet([column], 1)[0]; // of a set: a file that is missing is one bad image, not the end
        var reader = new ImageColumnReader(cursor, column, format);
        for (long row = 0, last = rows.Max(); row <= last && cursor.MoveNext(); row++)
        {
            if (!rows.Contains(row))
                continue;
            try
            {
                thumbnails.Add(row, Thumbnail.Of(reader.Read(), LongestSide, JpegQuality, LosslessSide));
            }
            catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
            {
                // The page says of it that it cannot be read.
            }
        }
        return thumbnails;
    }
}
