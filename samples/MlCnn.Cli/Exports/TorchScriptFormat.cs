using System.CommandLine;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Exports;

/// <summary>A program and its weights in one file, for torch.jit.load.</summary>
internal sealed class TorchScriptFormat : ExportFormat
{
    public override string Name => "torchscript";

    public override IReadOnlyList<string> Endings => [".pt", ".torchscript"];

    public override IReadOnlyList<Option> Options => [ExportOptions.Probabilities, ExportOptions.Pixels];

    public override ExportedFile Write(SavedPipeline model, CnnTransformer network, string path, ParseResult options)
    {
        var export = new TorchScriptExportOptions
        {
            Probabilities = options.GetValue(ExportOptions.Probabilities),
            Pixels = ExportOptions.PixelsOf(options),
        };
        var report = network.SaveTorchScript(path, export);
        var (channels, size) = (network.Shape.Channels, FormattableString.Invariant($"{network.Shape.Height}×{network.Shape.Width}"));
        var input = export.Pixels switch
        {
            null => FormattableString.Invariant($"float32 N×{channels}×{size}"),
            PixelLayout.HeightWidthChannels => FormattableString.Invariant($"uint8 N×{size}×{channels}"),
            _ => FormattableString.Invariant($"uint8 N×{channels}×{size}"),
        };
        return new(input, export.Probabilities ? "probabilities" : "logits", report.LargestDifference);
    }
}
