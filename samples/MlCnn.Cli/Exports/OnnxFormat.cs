using System.CommandLine;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Commands;

namespace MlCnn.Cli.Exports;

/// <summary>ONNX, which most programs that run networks read.</summary>
internal sealed class OnnxFormat : ExportFormat
{
    private static readonly Option<bool> s_images = new("--images")
    {
        Description = "Let the file take decoded images of any size (uint8 N×H×W×C) and resize, cut and normalize them itself.",
    };

    private static readonly Option<bool> s_training = new("--training")
    {
        Description = "Keep every layer by itself, with its weights under their own names, to be trained further. Default: what scores, and nothing else.",
    };

    internal static Option<bool> Float16 { get; } = new("--float16")
    {
        Description = "Write weights and values as float16, normalization and pooling as float32: half the bytes. Default: float32.",
    };

    private static readonly Option<int?> s_opset = CommandOptions.Number("--opset",
        $"The version of the operators, {OnnxExportOptions.LowestOpset} to {OnnxExportOptions.HighestOpset}. Default: {OnnxExportOptions.LowestOpset}.",
        least: OnnxExportOptions.LowestOpset);

    public override string Name => "onnx";

    public override IReadOnlyList<string> Endings => [".onnx"];

    public override IReadOnlyList<Option> Options =>
        [ExportOptions.Probabilities, ExportOptions.Pixels, s_images, s_training, Float16, s_opset, .. QuantizationOptions.All];

    public override ExportedFile Write(SavedPipeline model, CnnTransformer network, string path, ParseResult options)
    {
        var export = new OnnxExportOptions
        {
            Input = InputOf(options),
            Output = options.GetValue(ExportOptions.Probabilities) ? OnnxOutput.Scores : OnnxOutput.Logits,
            Form = options.GetValue(s_training) ? OnnxForm.Training : OnnxForm.Scoring,
            Precision = options.GetValue(Float16) ? OnnxPrecision.Float16 : OnnxPrecision.Float32,
            Opset = options.GetValue(s_opset) ?? OnnxExportOptions.LowestOpset,
        };
        var (input, output) = (Shape(network, export.Input), export.Output == OnnxOutput.Scores ? "probabilities" : "logits");
        if (!QuantizationOptions.IsAskedFor(options))
            return new(input, output, network.SaveAsOnnx(path, export).LargestDifference);
        if (export.Form == OnnxForm.Training || export.Precision == OnnxPrecision.Float16)
        {
            throw new UsageException(
                $"--int8 says what the file's numbers are; {(export.Form == OnnxForm.Training ? "--training" : "--float16")} says another.");
        }
        return new(input, output, LargestDifference: null) { Quantization = QuantizationOptions.Write(network, path, export, options) };
    }

    private static OnnxInput InputOf(ParseResult options)
    {
        if (ExportOptions.PixelsOf(options) is not { } layout)
            return options.GetValue(s_images) ? OnnxInput.Images : OnnxInput.Tensor;
        if (options.GetValue(s_images))
            throw new UsageException("--images and --pixels say two things: images of any size, or pixels of the network's.");
        return layout == PixelLayout.HeightWidthChannels ? OnnxInput.Pixels : throw new UsageException("An ONNX file takes --pixels nhwc alone.");
    }

    private static string Shape(CnnTransformer network, OnnxInput input)
    {
        var shape = network.Shape;
        return input switch
        {
            OnnxInput.Pixels => FormattableString.Invariant($"uint8 N×{shape.Height}×{shape.Width}×{shape.Channels}"),
            OnnxInput.Images => FormattableString.Invariant($"uint8 N×H×W×{shape.Channels}"),
            _ => FormattableString.Invariant($"float32 N×{shape.Channels}×{shape.Height}×{shape.Width}"),
        };
    }
}
