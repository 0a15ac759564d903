using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Benchmarks;

/// <summary>Training through the public API, as users run it.</summary>
internal static class TrainingBenchmarks
{
    public static IReadOnlyList<double> Mnist(string folder, int batch, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadMnist(folder);
        var rates = new List<double>();
        mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                Epochs = epochs,
                BatchSize = batch,
                EpochCallback = epoch => rates.Add(epoch.ImagesPerSecond),
            })).Fit(data);
        return rates;
    }

    public static IReadOnlyList<double> Folder(string folder, string arch, int size, int batch, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.LoadImageFolder(folder);
        var rates = new List<double>();
        mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.MulticlassClassification.Trainers.Cnn(arch, new CnnOptions
            {
                FeatureColumnName = "Image",
                Epochs = epochs,
                BatchSize = batch,
                ImageSize = size,
                Augmentation = LoaderBenchmark.Recipe,
                EpochCallback = epoch => rates.Add(epoch.ImagesPerSecond),
            })).Fit(data);
        return rates;
    }
}
