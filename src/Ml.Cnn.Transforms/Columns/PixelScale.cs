using System.Globalization;
using Microsoft.ML;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>Finds numbers from 0 to 1 in a column of pixels, of which 0 to 255 are expected: a network would see all but black images.</summary>
/// <remarks>
/// The first <see cref="Sample"/> images are looked at. Their numbers are taken for 0…1 if none of them exceeds 1 and at least
/// one is above 0: images that are black throughout say nothing about their scale. The rows are read once more for it.
/// </remarks>
internal static class PixelScale
{
    /// <summary>Images that are looked at.</summary>
    public const int Sample = 32;

    private const float One = 1.001f; // what rounding makes of 255 · (1 / 255)

    /// <summary>A warning that names the expected scale; null where nothing is wrong, or where the column's type fixes the scale.</summary>
    /// <param name="data">The images.</param>
    /// <param name="column">Their column.</param>
    /// <param name="format">What it holds.</param>
    public static string? Warning(IDataView data, DataViewSchema.Column column, ImageColumnFormat format)
    {
        if (!format.Type.IsUsedAsItIs)
            return null;
        var (images, largest) = Look(data, column, format.Type);
        return largest is not (> 0 and <= One) ? null : string.Create(CultureInfo.InvariantCulture,
            $"The numbers in the column '{column.Name}' never exceed {largest:0.##} in the first {images} images: pixels from 0 to 255 are expected, "
            + $"and of these numbers a network sees all but black images. Multiply them by 255 (with ExtractPixels: leave its scale at 1), or give bytes.");
    }

    private static (int Images, float Largest) Look(IDataView data, DataViewSchema.Column column, ImageColumnType type)
    {
        using var cursor = data.GetRowCursorSet([column], 1)[0];
        var read = type.OpenReader(cursor, column);
        var content = new ImageContent();
        var (images, largest) = (0, 0f);
        while (images < Sample && cursor.MoveNext())
        {
            try
            {
                read(content);
            }
            catch (Exception e) when (ImageColumnType.IsAboutTheImage(e))
            {
                continue; // whoever uses the image says so
            }
            images++;
            largest = Math.Max(largest, type.LargestValue(content) ?? 0);
        }
        return (images, largest);
    }
}
