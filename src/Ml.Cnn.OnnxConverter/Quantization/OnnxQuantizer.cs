using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Ml.Cnn.OnnxConverter.Checks;
using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Writes a trained network as an ONNX file of 8-bit integers, and hands it over if it is as accurate as was asked for.</summary>
internal static class OnnxQuantizer
{
    private const int BatchSize = 16;
    private const double Points = 100; // of accuracy in 1

    /// <inheritdoc cref="CnnTransformerQuantizationExtensions.SaveAsQuantizedOnnx"/>
    public static OnnxQuantizationReport Export(CnnTransformer model, string path, IDataView calibration, IDataView? evaluation,
        OnnxQuantizationOptions options)
    {
        using var use = model.Scorer.Single.Claim.Use();
        var images = QuantizationImages.Of(model, calibration, evaluation, options);
        var (whole, constantBytes) = OnnxExporter.Build(model, options.Export);
        if (constantBytes >= OnnxExportOptions.LargestInside)
            throw new OnnxExportException($"{model.Name} cannot be written with 8-bit integers: its weights take more than 2 GB, "
                + "which are not held in memory twice.");
        try
        {
            var floatBytes = Check(model, whole, options.Export);
            var network = NetworkPart.Of(whole, model.Shape.Channels, model.Shape.Height, model.Shape.Width);
            var source = NormalizationAsConvolution.In(network);
            var graph = new GraphIndex(source.Graph);
            var plan = new QuantizationPlan(graph, FloatLayers.Of(graph, options).Contains);
            var (values, calibrated) = Calibration.Observe(source, plan, images.Calibration);
            if (calibrated == 0)
                throw new InvalidOperationException("No image of the calibration set can be decoded.");
            var ranges = values.ToDictionary(value => value.Key, value => RangeSearch.Find(value.Value, options.Ranges));
            var quantized = QuantizedGraph.Write(source, graph, plan, ranges, options.WeightBits);
            using var before = new ModelSession(network);
            using var after = new ModelSession(quantized);
            var agreement = Compare(before, after, images.Evaluation(() => BatchSize));
            Refuse(model, agreement, options);
            var written = OnnxFile.Write(path, NetworkPart.Replacing(whole, quantized), isExternal: false, verify: file => new InferenceSession(file)
                .Dispose());
            var speed = options.SpeedTime == TimeSpan.Zero ? ((double, double)?)null
                : SpeedComparison.Measure(before, after, Pixels(model, options.SpeedBatch), options.SpeedBatch, options.SpeedTime);
            return new()
            {
                Path = path,
                Bytes = written.Bytes,
                Float32Bytes = floatBytes,
                CalibrationImages = calibrated,
                EvaluationImages = agreement.Images,
                Float32Accuracy = agreement.Before,
                Accuracy = agreement.After,
                Disagreement = agreement.Disagreement,
                MeanDifference = agreement.MeanDifference,
                ImagesPerSecond = speed?.Item2,
                Float32ImagesPerSecond = speed?.Item1,
                IntegerNodes = [.. graph.Graph.Node.Where(plan.IsInteger).Select(Name)],
                Float32Nodes = [.. graph.Graph.Node.Where(node => !plan.IsInteger(node) && !plan.IsAbsorbed(node) && node.OpType != "Identity").Select(Name)],
            };
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxExportException($"ONNX Runtime does not take the file that was made of {model.Name}, which is not kept: {e.Message}", e);
        }
    }

    private static string Name(NodeProto node) => $"{node.Name} ({node.OpType})";

    // The network in float32, which everything is compared with, is the model's own.
    private static long Check(CnnTransformer model, ModelProto whole, OnnxExportOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-").FullName;
        try
        {
            return OnnxFile.Write(Path.Join(folder, "float32.onnx"), whole, isExternal: false, verify: file => OnnxCheck.Compare(model, file, options)).Bytes;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Agreement Compare(ModelSession before, ModelSession after, IEnumerable<PixelBatch> batches)
    {
        var agreement = new Agreement();
        foreach (var batch in batches.Where(batch => batch.Count > 0))
        {
            var (one, other) = (before.Run(batch.Pixels, batch.Count), after.Run(batch.Pixels, batch.Count));
            var length = one.Length / batch.Count;
            for (var i = 0; i < batch.Count; i++)
                agreement.Add(one.AsSpan(i * length, length), other.AsSpan(i * length, length), batch.Labels[i]);
        }
        return agreement.Images > 0 ? agreement : throw new InvalidOperationException("No image of the evaluation set can be decoded.");
    }

    private static void Refuse(CnnTransformer model, Agreement agreement, OnnxQuantizationOptions options)
    {
        var loss = (agreement.Before - agreement.After) * Points;
        if (options.MaximumLoss is { } most && !(loss <= most + 1e-9))
        {
            throw new OnnxExportException(FormattableString
                .Invariant($"With 8-bit integers {model.Name} loses {loss:0.0#} points of accuracy, {agreement.Before:P1} ")
                + FormattableString.Invariant($"before and {agreement.After:P1} after on {agreement.Labeled} images, where {most} may be lost (MaximumLoss). ")
                + "No file was written. Keep layers in float32 (Float32Layers, KeepsFirstLayer, KeepsLastLayer), or give more images to calibrate with.");
        }
        var disagreement = agreement.Disagreement * Points;
        if (options.MaximumDisagreement is { } others && !(disagreement <= others + 1e-9))
        {
            throw new OnnxExportException(FormattableString.Invariant($"With 8-bit integers {model.Name} gives another class to {disagreement:0.0#} % of ")
                + FormattableString.Invariant($"{agreement.Images} images, where {others} % may be (MaximumDisagreement). No file was written."));
        }
    }

    private static float[] Pixels(CnnTransformer model, int images)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, images * model.Shape.Channels * model.Shape.Height * model.Shape.Width).Select(_ => random.NextSingle() - 0.5f)];
    }
}
