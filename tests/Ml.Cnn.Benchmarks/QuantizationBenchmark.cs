using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Benchmarks;

/// <summary>A trained network as ONNX files of float32 and of 8-bit integers, and what the latter cost.</summary>
internal static class QuantizationBenchmark
{
    /// <summary>Writes float32.onnx and int8.onnx, and prints the report on one line.</summary>
    /// <param name="path">The model.zip.</param>
    /// <param name="calibration">A folder of images to choose ranges from.</param>
    /// <param name="evaluation">A folder of images to measure accuracy on.</param>
    /// <param name="folder">Takes the files.</param>
    /// <param name="options">How.</param>
    public static void Run(string path, string calibration, string evaluation, string folder, OnnxQuantizationOptions options)
    {
        var mlContext = new MLContext(seed: 1);
        using var model = CnnTransformer.Find(mlContext.Model.Load(path, out _)) ?? throw new InvalidOperationException($"There is no network in {path}.");
        Directory.CreateDirectory(folder);
        model.SaveAsOnnx(Path.Join(folder, "float32.onnx"));
        var report = model.SaveAsQuantizedOnnx(Path.Join(folder, "int8.onnx"), Images(calibration), Images(evaluation), options);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            arch = model.Name,
            calibration_images = report.CalibrationImages,
            evaluation_images = report.EvaluationImages,
            float32_accuracy = report.Float32Accuracy,
            accuracy = report.Accuracy,
            loss = report.Loss,
            disagreement = report.Disagreement,
            mean_difference = report.MeanDifference,
            float32_bytes = report.Float32Bytes,
            bytes = report.Bytes,
            size = (double)report.Bytes / report.Float32Bytes,
            float32_images_per_second = report.Float32ImagesPerSecond,
            images_per_second = report.ImagesPerSecond,
            integer_nodes = report.IntegerNodes.Count,
            float32_nodes = report.Float32Nodes,
        }));

        IDataView Images(string folder)
        {
            var paths = mlContext.Data.LoadImageFolder(folder);
            return mlContext.Transforms.LoadRawImageBytes(model.FeatureColumnName, null, "ImagePath").Fit(paths).Transform(paths);
        }
    }
}
