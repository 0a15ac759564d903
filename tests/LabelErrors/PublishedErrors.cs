using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.DataQuality;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.LabelErrors;

/// <summary>Which of MNIST's test images are most probably labeled wrongly, by networks that were trained on its training images.</summary>
internal static class PublishedErrors
{
    private const int Shown = 100;

    /// <param name="folder">MNIST's files.</param>
    /// <param name="seed">Of the training.</param>
    /// <param name="known">A file with the index of a published error on each line, from 0; null: none is at hand.</param>
    public static void Rank(string folder, int seed, string? known)
    {
        var mlContext = new MLContext(seed);
        using var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions { FeatureColumnName = "Image", Epochs = 10, Seed = seed }))
            .Fit(mlContext.Data.LoadMnist(folder, DataSplit.Train));
        var report = mlContext.MulticlassClassification.FindDataProblems(mlContext.Data.LoadMnist(folder, DataSplit.Test), new()
        {
            Model = model,
            LabelErrors = LabelErrorFilter.Class, // as many as the joint counts, which is more than a hundred
            Seed = seed,
        });
        var first = report.Of(DataProblemKind.LabelError).Take(Shown).ToArray();
        Console.WriteLine(FormattableString.Invariant($"MNIST's 10,000 test images by LeNet-5, which agrees with {report.Agreement:0.0000} of the labels; ")
            + $"seed {seed}; row, label and proposed class of the first {first.Length}:");
        Console.WriteLine("  " + string.Join(" ", first.Select(error => FormattableString.Invariant($"{error.Row}:{error.Class}→{error.ProposedClass}"))));
        if (known is null)
            return;
        var published = File.ReadLines(known).Where(line => line.Length > 0).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).ToHashSet();
        Console.WriteLine($"  {first.Count(error => published.Contains(error.Row))} of {published.Count} published errors are among these {first.Length}");
    }
}
