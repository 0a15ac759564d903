namespace Ml.Cnn.Transforms.Sources;

/// <summary>The rows of CIFAR's binary files, kept as they are; the pixels' order is changed when they are read.</summary>
internal sealed class CifarDataView(CifarFiles files, CifarFormat format, string imageColumnName, string labelColumnName)
    : PixelDataView(files.Batches.Sum(batch => batch.Length / format.RowBytes), CifarFormat.Side, CifarFormat.Side, imageColumnName, labelColumnName,
        channels: 3)
{
    private readonly int[] _lastRows = LastRows(files, format);

    /// <inheritdoc/>
    protected override PixelReader CreatePixelReader() => ReadPixels;

    /// <inheritdoc/>
    protected override string LabelOf(int row) => files.ClassNames[RowOf(row)[format.LabelByte]];

    private void ReadPixels(int row, Span<byte> pixels)
    {
        var planes = RowOf(row)[format.LabelBytes..];
        var red = planes[..CifarFormat.Plane];
        var green = planes.Slice(CifarFormat.Plane, CifarFormat.Plane);
        var blue = planes.Slice(2 * CifarFormat.Plane, CifarFormat.Plane);
        for (var i = 0; i < red.Length; i++)
        {
            pixels[3 * i] = red[i];
            pixels[3 * i + 1] = green[i];
            pixels[3 * i + 2] = blue[i];
        }
    }

    private ReadOnlySpan<byte> RowOf(int row)
    {
        var batch = 0;
        while (row > _lastRows[batch])
            batch++;
        var first = batch == 0 ? 0 : _lastRows[batch - 1] + 1;
        return files.Batches[batch].AsSpan((row - first) * format.RowBytes, format.RowBytes);
    }

    private static int[] LastRows(CifarFiles files, CifarFormat format)
    {
        var rows = 0;
        return [.. files.Batches.Select(batch => (rows += batch.Length / format.RowBytes) - 1)];
    }
}
