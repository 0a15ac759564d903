using System.CommandLine;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Commands;

namespace MlCnn.Cli.Exports;

/// <summary>Options that several formats of 'mlcnn export' take.</summary>
internal static class ExportOptions
{
    private static readonly Dictionary<string, PixelLayout> s_layouts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["nhwc"] = PixelLayout.HeightWidthChannels,
        ["nchw"] = PixelLayout.ChannelsHeightWidth,
    };

    public static Option<bool> Probabilities { get; } = new("--probabilities")
    {
        Description = "Let the file give probabilities, calibrated ones where the model was calibrated. Default: logits.",
    };

    private static readonly Option<string> s_pixels = CommandOptions.OneOf("--pixels", "Let the file take pixels from 0 to 255 (uint8) at the network's size "
        + "and normalize them itself: nhwc, the colors of a pixel side by side, or nchw, one plane after the other. Default: it takes normalized float32, as "
        + "the network does.", [.. s_layouts.Keys]);

    public static Option Pixels => s_pixels;

    public static PixelLayout? PixelsOf(ParseResult result) => result.GetValue(s_pixels) is { } word ? s_layouts[word] : null;
}
