using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Benchmarks;

/// <summary>Whether memory grows from epoch to epoch of a training that uses much of the library: augmentation, validation, checkpoints.</summary>
internal static class MemoryBenchmark
{
    public static int Run(string arch, int size, int images, int epochs)
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-memory");
        try
        {
            var mlContext = new MLContext(seed: 1);
            var resident = new List<long>();
            mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(mlContext.MulticlassClassification.Trainers.Cnn(arch, new CnnOptions
                {
                    FeatureColumnName = "Image",
                    Epochs = epochs,
                    BatchSize = 32,
                    ImageSize = size,
                    Augmentation = ImageAugmentation.Preset("light"),
                    ValidationFraction = 0.2,
                    Checkpoints = new() { Folder = folder.FullName },
                    EpochCallback = _ => resident.Add(Resident()),
                })).Fit(mlContext.Data.GenerateDigits(images));
            Console.WriteLine(JsonSerializer.Serialize(new { arch, size, images, resident_mib = resident.Select(bytes => Math.Round(bytes / 1048576.0, 1)) }));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return 0;
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
