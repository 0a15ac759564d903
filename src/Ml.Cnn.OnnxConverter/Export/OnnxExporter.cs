using System.Text.Json;
using Ml.Cnn.OnnxConverter.Checks;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Onnx;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Export;

/// <summary>Writes a trained network as an ONNX file, and hands it over if it computes what the network does.</summary>
internal static class OnnxExporter
{
    private const string Batch = "N";

    /// <inheritdoc cref="CnnTransformerOnnxExtensions.SaveAsOnnx"/>
    public static OnnxExportReport Export(CnnTransformer model, string path, OnnxExportOptions options)
    {
        using var use = model.Scorer.Single.Claim.Use();
        var (onnx, constantBytes) = Build(model, options);
        OnnxComparison? comparison = null;
        var written = OnnxFile.Write(path, onnx, isExternal: constantBytes >= options.ExternalDataFrom,
            verify: file => comparison = OnnxCheck.Compare(model, file, options));
        return new()
        {
            Path = path,
            WeightsPath = written.WeightsPath,
            Bytes = written.Bytes,
            Opset = options.Opset,
            Nodes = onnx.Graph.Node.Count,
            Images = comparison!.Images,
            LargestDifference = comparison.LargestDifference,
            AllowedDifference = comparison.Allowed,
        };
    }

    /// <summary>The file's content, and how many bytes its constants have.</summary>
    /// <exception cref="OnnxExportException">The network cannot be written; the message says why.</exception>
    public static (ModelProto Model, long ConstantBytes) Build(CnnTransformer model, OnnxExportOptions options)
    {
        var graph = NetworkGraph.Trace(model.Scorer.Network, model.Shape);
        if (!graph.IsComplete)
            throw new OnnxExportException($"{model.Name} cannot be written as ONNX: it does something that is no layer of this library: "
                + $"{string.Join("; ", graph.Missing)}.");
        try
        {
            using var mode = inference_mode();
            var builder = new OnnxModelBuilder(options.Opset);
            var input = Input(builder, model, options);
            var logits = new OnnxLowering(builder, isHalf: options.Precision == OnnxPrecision.Float16)
                .Write(graph.Program(), foldsNormalization: options.Form == OnnxForm.Scoring, input);
            builder.Output(options.Output == OnnxOutput.Scores ? Softmax(builder, model, logits) : logits, OutputName(options.Output), Batch,
                model.Shape.Classes);
            return (builder.Build(Metadata(model)), builder.ConstantBytes);
        }
        catch (NotSupportedException e)
        {
            throw new OnnxExportException($"{model.Name} cannot be written as ONNX: {e.Message}.", e);
        }
    }

    /// <summary>The name of what the file's network takes.</summary>
    public static string InputName(OnnxInput input) => input switch { OnnxInput.Pixels => "pixels", OnnxInput.Images => "images", _ => "input" };

    /// <summary>The name of what it gives.</summary>
    public static string OutputName(OnnxOutput output) => output == OnnxOutput.Scores ? "scores" : "logits";

    private static string Input(OnnxModelBuilder builder, CnnTransformer model, OnnxExportOptions options)
    {
        var (shape, name) = (model.Shape, InputName(options.Input));
        if (options.Input == OnnxInput.Tensor)
            return builder.Input(name, OnnxTypes.Float32, Batch, shape.Channels, shape.Height, shape.Width);
        if (model.Preprocessing.TestTime != TestTimeAugmentation.None)
        {
            throw new NotSupportedException("the scores are means over several views of an image, which a file does not make: take "
                + "WithTestTimeAugmentation(TestTimeAugmentation.None) before, or write the network without the preprocessing of images");
        }
        if (model.Scorer.Model.Augmentation is { HasStepsForScoring: true })
        {
            throw new NotSupportedException("its images go through steps of an augmentation recipe before they are normalized, which a file does not do: "
                + "write the network without the preprocessing of images");
        }
        var isResized = options.Input == OnnxInput.Pixels;
        var pixels = isResized ? builder.Input(name, OnnxTypes.UInt8, Batch, shape.Height, shape.Width, shape.Channels)
            : builder.Input(name, OnnxTypes.UInt8, Batch, "height", "width", shape.Channels);
        return OnnxPreprocessing.Write(builder, model.Preprocessing, isResized, pixels);
    }

    private static string Softmax(OnnxModelBuilder builder, CnnTransformer model, string logits)
    {
        if (model.Calibration is { Temperature: not 1 and var temperature })
        {
            using var factor = tensor((float)(1 / temperature));
            logits = builder.Node("Mul", "calibrated", [logits, builder.Constant("temperature.inverse", factor)]);
        }
        return builder.Node("Softmax", "probabilities", [logits], ("axis", -1L));
    }

    private static IEnumerable<(string Name, string Text)> Metadata(CnnTransformer model) =>
    [
        ("class_names", JsonSerializer.Serialize(model.ClassNames)),
        ("model.json", CnnModelArchive.ToJson(model.Scorer.Model)),
    ];
}
