using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.DataQuality;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.LabelErrors;

/// <summary>Changes five per cent of a data set's labels and tells how many of them are found, and how many of the findings are among them.</summary>
internal static class PlantedErrors
{
    private const double Share = 0.05;

    public static void OfMnist(string folder, int seed)
    {
        var mlContext = new MLContext(seed);
        var trainer = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions { FeatureColumnName = "Image", Epochs = 5, Seed = seed });
        Run(mlContext, "MNIST, 60,000 training images, LeNet-5, 5 epochs", mlContext.Data.LoadMnist(folder, DataSplit.Train), trainer, seed);
    }

    /// <summary>The last layer alone is trained, on a network that has learned ImageNet: as one does with few photos.</summary>
    public static void OfPhotos(string folder, int seed)
    {
        var mlContext = new MLContext(seed);
        Run(mlContext, "imagenette-mini, 2,000 training photos, a last layer on ImageNet's ResNet-18, 20 epochs", Photos(mlContext, folder),
            mlContext.MulticlassClassification.Trainers.Cnn(PretrainedWeights.DnnImageFeaturizerResNet18, new CnnOptions
            {
                FeatureColumnName = "Image",
                Freeze = Freezing.Backbone,
                Epochs = 20,
                Seed = seed,
            }), seed);
    }

    /// <summary>Few photos and no weights to start from: what networks then know is less than what labels say.</summary>
    public static void OfPhotosFromRandomWeights(string folder, int seed)
    {
        var mlContext = new MLContext(seed);
        Run(mlContext, "imagenette-mini, 2,000 training photos, ResNet-18 at 64 × 64 from random weights, 20 epochs", Photos(mlContext, folder),
            mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
            {
                FeatureColumnName = "Image",
                ImageSize = 64,
                Epochs = 20,
                Augmentation = ImageAugmentation.Preset("light"),
                Seed = seed,
            }), seed);
    }

    private static IDataView Photos(MLContext mlContext, string folder)
    {
        var paths = mlContext.Data.LoadImageFolder(folder);
        return mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
    }

    private static void Run(MLContext mlContext, string what, IDataView data, IEstimator<ITransformer> trainer, int seed)
    {
        string[] labels = [.. data.GetColumn<string>("Label")];
        var planted = Plant(labels, seed);
        var list = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(list, ["row,proposed,action", .. planted.Select(one => FormattableString.Invariant($"{one.Key},{one.Value},relabel"))]);
            var changed = mlContext.Data.CorrectProblems(data, relabelPath: list);
            if (changed.Relabeled != planted.Count)
                throw new InvalidOperationException($"{changed.Relabeled} of {planted.Count} labels were changed.");
            Tell(mlContext, what, changed.Data, labels, planted, trainer, seed);
        }
        finally
        {
            File.Delete(list);
        }
    }

    private static void Tell(MLContext mlContext, string what, IDataView data, string[] right, Dictionary<int, string> planted,
        IEstimator<ITransformer> trainer, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        var report = mlContext.MulticlassClassification.FindDataProblems(data, new()
        {
            Trainer = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(trainer),
            Seed = seed,
        });
        var found = report.Of(DataProblemKind.LabelError).ToArray();
        var hits = found.Where(error => planted.ContainsKey((int)error.Row)).ToArray();
        Console.WriteLine($"{what}; five folds; seed {seed}");
        var proposedRight = hits.Count(error => error.ProposedClass == right[error.Row]);
        Console.WriteLine($"  {planted.Count} labels changed, {found.Length} found: precision {Ratio(hits.Length, found.Length)}, "
            + $"recall {Ratio(hits.Length, planted.Count)}; right class proposed for {Ratio(proposedRight, hits.Length)} of the hits");
        foreach (var first in new[] { 100, planted.Count / 2, planted.Count }.Where(first => first < found.Length).Distinct())
            Console.WriteLine($"  among the first {first}: precision {Ratio(found.Take(first).Count(error => planted.ContainsKey((int)error.Row)), first)}");
        Console.WriteLine(FormattableString.Invariant($"  the networks agree with {report.Agreement:0.000} of the labels; ")
            + FormattableString.Invariant($"{report.EstimatedLabelErrors:0.000} of them are wrong by the joint"));
        Console.WriteLine(FormattableString.Invariant($"  {report}; {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s"));
    }

    private static string Ratio(int part, int whole) => ((double)part / whole).ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Gives a share of the rows another class, each as likely.</summary>
    private static Dictionary<int, string> Plant(string[] labels, int seed)
    {
        string[] classes = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        var random = new Random(seed);
        var rows = Enumerable.Range(0, labels.Length).ToArray();
        random.Shuffle(rows);
        return rows.Take((int)(labels.Length * Share)).ToDictionary(row => row, row =>
            classes[(Array.IndexOf(classes, labels[row]) + 1 + random.Next(classes.Length - 1)) % classes.Length]);
    }
}
