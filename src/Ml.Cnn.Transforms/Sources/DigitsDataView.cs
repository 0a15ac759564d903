using Ml.Cnn.Transforms.Sources.Digits;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>Drawn digits. Nothing is kept: each row is drawn from the seed and its index whenever it is read.</summary>
internal sealed class DigitsDataView(int count, int seed, int size, string imageColumnName, string labelColumnName)
    : PixelDataView(count, size, size, imageColumnName, labelColumnName)
{
    private static readonly string[] Labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <inheritdoc/>
    protected override PixelReader CreatePixelReader()
    {
        var painter = new DigitPainter(Width);
        return (row, pixels) => painter.Paint(DigitOf(row), new RowRandom(seed, row), pixels);
    }

    /// <inheritdoc/>
    protected override string LabelOf(int row) => Labels[DigitOf(row)];

    /// <summary>Every ten rows hold each digit once, in an order of their own.</summary>
    private int DigitOf(int row)
    {
        var random = new RowRandom(seed, -1 - row / 10);
        Span<int> digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        for (var i = 9; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (digits[i], digits[j]) = (digits[j], digits[i]);
        }
        return digits[row % 10];
    }
}
