using System.CommandLine;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;

namespace MlCnn.Cli.Exports;

/// <summary>A format that 'mlcnn export' writes networks in. One class for each; <see cref="All"/> lists them.</summary>
internal abstract class ExportFormat
{
    /// <summary>Every format.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new OnnxFormat(), new TorchScriptFormat(), new StateFormat("safetensors", WeightsFormat.SafeTensors), new StateFormat("pth", WeightsFormat.PyTorch),
        new ServiceFormat(),
    ];

    /// <summary>As --format takes it.</summary>
    public abstract string Name { get; }

    /// <summary>The endings of files that are taken for this format where --format is not given; the first is the usual one.</summary>
    public abstract IReadOnlyList<string> Endings { get; }

    /// <summary>The options that say something about this format.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>Writes the file.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="network">The network in it.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">The command line.</param>
    public abstract ExportedFile Write(SavedPipeline model, CnnTransformer network, string path, ParseResult options);
}

/// <summary>What a format made of a network.</summary>
/// <param name="Input">What the file takes: "float32 N×3×224×224"; null for weights alone, and for model.zip.</param>
/// <param name="Output">What it gives: "logits"; null for weights alone, and for model.zip.</param>
/// <param name="LargestDifference">Of its scores and the network's on drawn images; null for weights alone, for integers and for model.zip.</param>
internal sealed record ExportedFile(string? Input, string? Output, double? LargestDifference)
{
    /// <summary>What integers cost and gain; null where the file has none.</summary>
    public OnnxQuantizationReport? Quantization { get; init; }
}
