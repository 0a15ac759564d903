using System.CommandLine;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Exports;

/// <summary>model.zip with the network as an ONNX file, for services without libtorch.</summary>
internal sealed class ServiceFormat : ExportFormat
{
    public override string Name => "service";

    public override IReadOnlyList<string> Endings => [".zip"];

    public override IReadOnlyList<Option> Options => [OnnxFormat.Float16];

    public override ExportedFile Write(SavedPipeline model, CnnTransformer network, string path, ParseResult options)
    {
        var precision = options.GetValue(OnnxFormat.Float16) ? OnnxPrecision.Float16 : OnnxPrecision.Float32;
        using var served = network.ToOnnx(new() { Precision = precision });
        model.SaveWith(Display.Messages.CreateContext(), served, path);
        return new(Input: null, Output: null, LargestDifference: null);
    }
}
