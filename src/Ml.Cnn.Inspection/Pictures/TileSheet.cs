using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using SkiaSharp;

namespace Ml.Cnn.Inspection.Pictures;

/// <summary>Small images in rows on white, in sections that each have a caption, as a PNG file.</summary>
internal static class TileSheet
{
    /// <summary>The longest side of a sheet in pixels: most programs open no longer ones.</summary>
    public const int LongestSide = 16_000;

    private const int Margin = 12;
    private const int CaptionHeight = 26;
    private const int FontSize = 14;

    /// <summary>How high a section becomes.</summary>
    public static int HeightOf(TileSection section) => CaptionHeight + section.Rows * section.RowHeight + Margin;

    /// <summary>Draws sections below one another.</summary>
    public static byte[] Draw(IReadOnlyList<TileSection> sections)
    {
        using var ink = new SKPaint
        {
            Typeface = SKTypeface.FromFamilyName(ChartFont.Name),
            TextSize = FontSize,
            Color = new SKColor(0x22, 0x22, 0x22),
            IsAntialias = true,
        };
        var width = sections.Max(section => Math.Max(WidthOf(section), (int)MathF.Ceiling(ink.MeasureText(section.Caption))));
        var sheet = new PixelImage(checked(width + 2 * Margin), checked(sections.Sum(HeightOf) + Margin), 4);
        sheet.Pixels.Fill(byte.MaxValue);
        var top = Margin;
        foreach (var section in sections)
        {
            Write(section.Caption, sheet, ink, Margin, top);
            Place(section, sheet, ink, top + CaptionHeight);
            top += HeightOf(section);
        }
        return PngEncoder.Encode(sheet);
    }

    private static int WidthOf(TileSection section) => section.Columns * (section.CellWidth + TileSection.Gap) - TileSection.Gap;

    private static void Place(TileSection section, PixelImage sheet, SKPaint ink, int top)
    {
        for (var i = 0; i < section.Tiles.Count; i++)
        {
            var (row, column) = Math.DivRem(i, section.Columns);
            var tile = new PixelImage();
            ChannelConverter.Convert(Magnification.Fit(section.Tiles[i], section.Cell), tile, 4);
            var (left, upper) = (Margin + column * (section.CellWidth + TileSection.Gap), top + row * section.RowHeight);
            for (var y = 0; y < tile.Height; y++)
                tile.Pixels.Slice(y * tile.Width * 4, tile.Width * 4).CopyTo(sheet.Pixels[(((upper + y) * sheet.Width + left) * 4)..]);
            if (i < section.Labels.Count)
                Write(section.Labels[i], sheet, ink, left, upper + section.CellHeight);
        }
    }

    // Without any font on the system, sheets have no captions.
    private static unsafe void Write(string text, PixelImage sheet, SKPaint ink, int left, int top)
    {
        fixed (byte* pixels = sheet.Buffer)
        {
            using var surface = SKSurface.Create(new SKImageInfo(sheet.Width, sheet.Height, SKColorType.Rgba8888, SKAlphaType.Premul), (nint)pixels);
            surface.Canvas.DrawText(text, left, top + FontSize, ink);
        }
    }
}
