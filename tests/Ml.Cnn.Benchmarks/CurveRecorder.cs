using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Benchmarks;

/// <summary>
/// Trains networks on 400 images each at Sobol points and writes down what the validation came to behind every rung: the table on which the search
/// of experiments is tested.
/// </summary>
internal static class CurveRecorder
{
    private const int TrainingImagesPerClass = 40;
    private const int ValidationImagesPerClass = 50;
    private static readonly RungPlan s_rungs = new(firstEpochs: 4, factor: 3, maximumEpochs: 52);

    /// <param name="data">The archive of images, with a folder train of class folders.</param>
    /// <param name="path">The table; trainings that it has are not done again.</param>
    /// <param name="trainings">How many there are to be, in all parts.</param>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="part">Which part of the trainings this process does, from 0.</param>
    /// <param name="parts">How many processes share them: training i is of part i modulo parts.</param>
    public static int Run(string data, string path, int trainings, int size, int part, int parts)
    {
        var mlContext = new MLContext(seed: 1);
        var (train, validation) = Load(mlContext, data);
        var points = new SobolSequence(CurveSpace.Dimensions.Count, seed: 1);
        var done = File.Exists(path) ? File.ReadLines(path).Count() - 1 : -1;
        if (done < 0)
            File.WriteAllText(path, Header + "\n");
        for (var number = part + (Math.Max(0, done) * parts); number < trainings; number += parts)
        {
            var line = Record(mlContext, train, validation, points.Point(number), size, number);
            File.AppendAllText(path, line + "\n");
            Console.WriteLine($"{number + 1} of {trainings}: {line}");
        }
        return 0;
    }

    private static string Header => string.Join(',', CurveSpace.Dimensions.Select(d => d.Name + "At")
        .Concat(["architecture", "learningRate", "batchSize", "optimizer", "weightDecay", "augmentation", "seconds"])
        .Concat(s_rungs.Ends.SelectMany(end => new[] { $"accuracy{end}", $"loss{end}" })));

    private static string Record(MLContext mlContext, IDataView train, IDataView validation, double[] point, int size, int number)
    {
        var (architecture, options, augmentation) = CurveSpace.At(point);
        var epochs = new List<CnnEpoch>();
        options.FeatureColumnName = "Image";
        options.ValidationSet = validation;
        options.Epochs = s_rungs.Ends[^1];
        options.Schedule = s_rungs.Schedule;
        (options.ImageSize, options.Channels) = (size, 3);
        (options.NetworkThreads, options.ReaderThreads) = (1, 1);
        options.Cache = ImageCache.Memory;
        options.Seed = number;
        options.EpochCallback = epochs.Add;
        var model = mlContext.MulticlassClassification.Trainers.Cnn(architecture, options).Fit(train);
        (model as IDisposable)?.Dispose();
        // A training whose loss was no number ends early: the rungs that it did not come to stay empty.
        return string.Join(',', point.Select(coordinate => Text(coordinate, "0.#####"))
            .Concat([architecture.Name, Text(options.LearningRate!.Value, "0.#######"), Text(options.BatchSize!.Value, "0"), options.Optimizer.ToString(),
                Text(options.WeightDecay!.Value, "0.#######"), augmentation, Text(epochs.Sum(epoch => epoch.Seconds), "0.##")])
            .Concat(s_rungs.Ends.SelectMany(end => epochs.Count < end ? ["", ""]
                : new[] { Text(epochs[end - 1].ValidationAccuracy!.Value, "0.####"), Text(epochs[end - 1].ValidationLoss!.Value, "0.####") })));
    }

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);

    // The first images of every class are trained on, those behind them are for validation.
    private static (IDataView Train, IDataView Validation) Load(MLContext mlContext, string data)
    {
        var images = mlContext.Data.CreateEnumerable<LabeledImage>(mlContext.Data.LoadImageArchive(data, "train"), reuseRowObject: false,
            ignoreMissingColumns: true).GroupBy(row => row.Label).ToArray();
        var train = View(images.SelectMany(group => group.Take(TrainingImagesPerClass)));
        var validation = View(images.SelectMany(group => group.Skip(TrainingImagesPerClass)
            .Take(ValidationImagesPerClass)));
        var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        return (keys.Transform(train), keys.Transform(validation));

        IDataView View(IEnumerable<LabeledImage> rows) => mlContext.Data.LoadFromEnumerable(rows.ToArray());
    }

    private sealed class LabeledImage
    {
        public string Label { get; set; } = "";
        public byte[] Image { get; set; } = []; // encoded
    }
}
