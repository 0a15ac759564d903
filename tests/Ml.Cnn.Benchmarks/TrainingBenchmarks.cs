using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Benchmarks;

/// <summary>Training through the public API, as users run it.</summary>
internal static class TrainingBenchmarks
{
    /// <summary>LeNet-5 with the Python half's pooling.</summary>
    public static EpochClock Mnist(string folder, int batch, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        return Fit(mlContext, mlContext.Data.LoadMnist(folder), new LeNetOptions { Pooling = LeNetPooling.Average, BatchSize = batch, Epochs = epochs },
            mlContext.MulticlassClassification.Trainers.LeNet);
    }

    /// <summary>Random images that are in memory.</summary>
    public static EpochClock InMemory(string arch, int size, int batch, int steps, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        var random = new Random(1);
        var rows = Enumerable.Range(0, steps * batch).Select(_ =>
        {
            var pixels = new byte[size * size * 3];
            random.NextBytes(pixels);
            return new LabeledImage { Label = random.Next(10), Image = pixels };
        }).ToArray();
        var schema = SchemaDefinition.Create(typeof(LabeledImage));
        schema[nameof(LabeledImage.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Byte, size, size, 3);
        return Fit(mlContext, mlContext.Data.LoadFromEnumerable(rows, schema),
            new CnnOptions { BatchSize = batch, Epochs = epochs, Cache = ImageCache.Memory, LearningRate = IHandWrittenLoop.LearningRate, WeightDecay = IHandWrittenLoop.WeightDecay },
            options => mlContext.MulticlassClassification.Trainers.Cnn(arch, options));
    }

    public static EpochClock Folder(string folder, string arch, int size, int batch, int epochs)
    {
        var mlContext = new MLContext(seed: 1);
        var files = mlContext.Data.LoadImageFolder(folder);
        return Fit(mlContext, mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(files).Transform(files),
            new CnnOptions { BatchSize = batch, Epochs = epochs, ImageSize = size, Augmentation = LoaderBenchmark.Recipe },
            options => mlContext.MulticlassClassification.Trainers.Cnn(arch, options));
    }

    /// <summary>Trains on the columns Image and Label, and an epoch more than the options say.</summary>
    private static EpochClock Fit<TOptions>(MLContext mlContext, IDataView data, TOptions options, Func<TOptions, CnnTrainer> trainer) where TOptions : CnnTrainerOptions
    {
        var clock = new EpochClock();
        options.FeatureColumnName = "Image";
        options.Epochs++;
        options.EpochCallback = epoch => clock.EndEpoch(epoch.Images, epoch.Loss);
        mlContext.Transforms.Conversion.MapValueToKey("Label").Append(trainer(options)).Fit(data);
        return clock;
    }

    private sealed class LabeledImage
    {
        public int Label { get; set; }
        public byte[] Image { get; set; } = []; // height × width × 3
    }
}
