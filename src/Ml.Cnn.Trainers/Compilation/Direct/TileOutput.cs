namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Where a product's sums go: rows of positions.</summary>
/// <param name="First">The first position's first filter.</param>
/// <param name="Step">Numbers between two positions.</param>
/// <param name="RowLength">Positions in a row.</param>
/// <param name="RowGap">Numbers between the end of a row and the beginning of the next.</param>
internal readonly unsafe record struct TileOutput(nint First, nint Step, int RowLength, nint RowGap)
{
    /// <summary>Where a position's first filter goes.</summary>
    public float* At(int position) => (float*)First + position * Step + position / RowLength * RowGap;

    /// <summary>Whether positions lie in one row.</summary>
    public bool IsOneRow(int position, int count) => RowGap == 0 || position / RowLength == (position + count - 1) / RowLength;
}
