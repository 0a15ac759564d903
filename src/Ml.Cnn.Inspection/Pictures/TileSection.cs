using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Tiles of one size below a caption.</summary>
/// <param name="caption">What they are.</param>
/// <param name="tiles">At least one, all of one size.</param>
/// <param name="cell">The longer side in pixels that each is brought to; a smaller one is magnified by a whole number as far as it fits.</param>
/// <param name="columns">Tiles of a row.</param>
/// <param name="labels">What stands below each tile; null: nothing.</param>
internal sealed class TileSection(string caption, IReadOnlyList<PixelImage> tiles, int cell, int columns, IReadOnlyList<string>? labels = null)
{
    /// <summary>Pixels between two tiles.</summary>
    public const int Gap = 2;

    private const int LabelHeight = 20;
    private const int SheetWidth = 1120; // what most screens show
    private const int SheetHeight = 1200;
    private const int SmallestCell = 16;
    private const int LargestCell = 112;

    private readonly PixelImage _first = Magnification.Fit(tiles[0], cell);

    /// <summary>The side of cells with which so many fit on a screen, as far as one can still see them.</summary>
    /// <param name="columns">Tiles of a row.</param>
    /// <param name="rows">Rows.</param>
    public static int CellFor(int columns, int rows) => Math.Clamp(Math.Min(SheetWidth / columns, SheetHeight / rows), SmallestCell, LargestCell);

    public string Caption => caption;

    public IReadOnlyList<PixelImage> Tiles => tiles;

    /// <summary>What stands below each tile, or nothing for any.</summary>
    public IReadOnlyList<string> Labels => labels ?? [];

    public int Cell => cell;

    public int Columns => Math.Min(columns, tiles.Count);

    public int Rows => (tiles.Count + columns - 1) / columns;

    /// <summary>A tile's width on the sheet.</summary>
    public int CellWidth => _first.Width;

    /// <summary>A tile's height on the sheet.</summary>
    public int CellHeight => _first.Height;

    /// <summary>From a row of tiles to the next.</summary>
    public int RowHeight => CellHeight + (labels is null ? 0 : LabelHeight) + Gap;
}
