using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.SkiaSharp;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>What charts have in common: font, colors, and how they become an image.</summary>
internal static class ChartStyle
{
    /// <summary>The color of grid lines.</summary>
    public static OxyColor Grid { get; } = OxyColor.FromRgb(0xe4, 0xe4, 0xe4);

    /// <summary>The color of text.</summary>
    public static OxyColor Text { get; } = OxyColor.FromRgb(0x22, 0x22, 0x22);

    /// <summary>A chart without axes or series.</summary>
    public static PlotModel Chart(string title) => new()
    {
        Culture = CultureInfo.InvariantCulture,
        Title = title,
        TitleFontSize = 15,
        TitleFontWeight = FontWeights.Bold,
        DefaultFont = ChartFont.Name,
        DefaultFontSize = 13,
        TextColor = Text,
        PlotAreaBorderColor = OxyColor.FromRgb(0x99, 0x99, 0x99),
        Padding = new(16, 4, 24, 10),
    };

    /// <summary>An axis with grid lines.</summary>
    public static LinearAxis Axis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title,
        AxisTitleDistance = 8,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Grid,
    };

    /// <summary>An image of a chart.</summary>
    public static SKImage Draw(PlotModel chart, int width, int height) => Draw(context => Render(chart, context, new(0, 0, width, height)), width, height);

    /// <summary>A white image with what is drawn on it.</summary>
    public static SKImage Draw(Action<SkiaRenderContext> draw, int width, int height)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Clear(SKColors.White);
        using var context = new SkiaRenderContext { SkCanvas = surface.Canvas, RenderTarget = RenderTarget.PixelGraphic, UseTextShaping = false };
        draw(context);
        return surface.Snapshot();
    }

    /// <summary>Draws a chart on a part of an image.</summary>
    public static void Render(PlotModel chart, SkiaRenderContext context, OxyRect place)
    {
        IPlotModel model = chart;
        model.Update(updateData: true);
        model.Render(context, place);
    }
}
