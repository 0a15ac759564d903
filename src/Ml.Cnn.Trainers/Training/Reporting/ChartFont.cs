using SkiaSharp;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>The font of images: the first of the usual ones that the system has.</summary>
internal static class ChartFont
{
    private static readonly string[] s_usual = ["Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans", "Liberation Sans", "Noto Sans"];
    private static readonly Lazy<string> s_name = new(() => s_usual.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains) ?? s_usual[0]);

    public static string Name => s_name.Value;
}
