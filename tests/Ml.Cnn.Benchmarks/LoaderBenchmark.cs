using System.Diagnostics;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Benchmarks;

/// <summary>The trainer's own way from files to float batches, without the network.</summary>
internal static class LoaderBenchmark
{
    /// <summary>What the Python half does too: a random resized crop and a horizontal flip.</summary>
    public static ImageAugmentation Recipe { get; } = new([new RandomResizedCrop(), new RandomHorizontalFlip()]);

    public static IReadOnlyList<double> Run(string folder, int size, int batchSize, int epochs, int threads)
    {
        var mlContext = new MLContext(seed: 1);
        var files = mlContext.Data.LoadImageFolder(folder);
        var data = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath")).Fit(files).Transform(files);
        var preprocessing = new ImagePreprocessing { Height = size, Width = size, ResizeShortSide = size };
        var format = FeatureColumn.Of(data.Schema, "Image", PixelLayout.Auto, channels: null);
        var columns = new ImageColumns(data.Schema["Image"], format, data.Schema["Label"], ImageColumns.FindPath(data.Schema));

        using var source = new ShuffledSource(data, columns, threads, seed: 1, new AugmentedEpochs(1, _ => { }));
        var decoder = new ImageRowDecoder(format, preprocessing, channelsLast: true, new AugmentationPipeline(Recipe, preprocessing), seed: 1);
        using var batches = new BatchQueue(decoder, new NetworkShape(3, size, size, 10), batchSize, threads, new BadImages(BadImageHandling.Fail));
        var rates = new List<double>();
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            var clock = Stopwatch.StartNew();
            long images = 0;
            using var rows = source.Open(epoch, CancellationToken.None);
            foreach (var batch in batches.Read(rows, epoch, CancellationToken.None))
                images += batch.Count;
            rates.Add(images / clock.Elapsed.TotalSeconds);
        }
        return rates;
    }
}
