namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>How much memory a file may have numbers computed in before there is a network: a few constants can ask for any.</summary>
/// <param name="bytes">Of the file and the files beside it.</param>
internal sealed class ImportBudget(Func<long> bytes)
{
    private const long Spare = 16 << 20;
    private const int Multiple = 4;

    private long _used;

    /// <summary>Takes memory.</summary>
    /// <exception cref="OnnxFormatException">There is no more.</exception>
    public void Take(OnnxNode node, long amount)
    {
        _used += amount;
        if (_used > Most)
            throw node.Wrong($"makes constants that take more than {Most} bytes together, of a file of {bytes()}");
    }

    /// <summary>The most bytes that the network's weights may take.</summary>
    public long Most => Spare + Multiple * bytes();
}
