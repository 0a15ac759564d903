using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Benchmarks;

/// <summary>JPEG files to labels through a data view: read, decoded, brought to size, scored.</summary>
internal static class LabelsBenchmark
{
    public static IReadOnlyList<double> Run(string folder, string arch, int size, Precision precision, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        var files = mlContext.Data.LoadImageFolder(folder);
        var bytes = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(files).Transform(files);
        var keyed = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(bytes).Transform(bytes);
        // What the weights are does not matter to the time.
        var some = mlContext.Data.TakeRows(mlContext.Data.ShuffleRows(keyed, seed: 1), 32);
        using var network = mlContext.MulticlassClassification.Trainers.Cnn(arch, new() { FeatureColumnName = "Image", ImageSize = size, Epochs = 1 })
            .Fit(some).WithTestTimeAugmentation(TestTimeAugmentation.None, size * 8 / 7).WithScoring(new() { Precision = precision });
        network.WarmUp();
        var rates = new List<double>();
        for (var epoch = -1; epoch < epochs; epoch++)
        {
            var start = Stopwatch.GetTimestamp();
            var labels = network.Transform(bytes).GetColumn<uint>("PredictedLabel").Count();
            if (epoch >= 0)
                rates.Add(labels / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return rates;
    }
}
