using System.Globalization;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>The images and labels of two IDX files, kept as they are: one byte per pixel.</summary>
internal sealed class IdxDataView : PixelDataView
{
    private static readonly string[] LabelTexts = [.. Enumerable.Range(0, 256).Select(label => label.ToString(CultureInfo.InvariantCulture))];

    private readonly byte[] _pixels; // rows × height × width
    private readonly byte[] _labels;

    /// <exception cref="InvalidDataException">The files do not hold the same number of items.</exception>
    public IdxDataView(IdxFile images, IdxFile labels, string imageColumnName, string labelColumnName)
        : base(labels.Sizes[0], images.Sizes[1], images.Sizes[2], imageColumnName, labelColumnName)
    {
        if (images.Sizes[0] != labels.Sizes[0])
        {
            throw new InvalidDataException(
                $"'{images.Path}' holds {images.Sizes[0]} images, but '{labels.Path}' holds {labels.Sizes[0]} labels: they do not belong together.");
        }
        (_pixels, _labels) = (images.Values, labels.Values);
    }

    /// <inheritdoc/>
    protected override PixelReader CreatePixelReader() =>
        (row, pixels) => _pixels.AsSpan(row * pixels.Length, pixels.Length).CopyTo(pixels);

    /// <inheritdoc/>
    protected override string LabelOf(int row) => LabelTexts[_labels[row]];
}
