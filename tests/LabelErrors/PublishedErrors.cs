using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.LabelErrors;

/// <summary>
/// Which of MNIST's test images are most probably labeled wrongly, by a network that was trained on its training images: ranked as findings are, by the label's
/// probability less the largest other one, however many of them the confident joint would call errors.
/// </summary>
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
        var classes = CnnTransformer.Find(model)!.ClassNames.ToArray();
        var test = mlContext.Data.LoadMnist(folder, DataSplit.Test);
        var ranked = test.GetColumn<string>("Label").Zip(model.Transform(test).GetColumn<float[]>("Score"))
            .Select((image, row) => Image.Of(row, Array.IndexOf(classes, image.First), image.Second)).OrderBy(image => image.Margin).ToArray();

        Console.WriteLine(FormattableString.Invariant($"MNIST's {ranked.Length} test images by LeNet-5, which agrees with all labels but ")
            + FormattableString.Invariant($"{ranked.Count(image => image.Margin < 0)}; seed {seed}; row, label and class of the first {Shown}:"));
        Console.WriteLine("  " + string.Join(" ", ranked.Take(Shown).Select(image => $"{image.Row}:{classes[image.Label]}→{classes[image.Other]}")));
        if (known is null)
            return;
        var published = File.ReadLines(known).Where(line => line.Length > 0).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToHashSet();
        Console.WriteLine($"  {ranked.Take(Shown).Count(image => published.Contains(image.Row))} of {published.Count} published errors are among these");
    }

    /// <param name="Row">From 0.</param>
    /// <param name="Label">Its label's place among the classes.</param>
    /// <param name="Other">The most probable other class.</param>
    /// <param name="Margin">The label's probability less the other one's.</param>
    private sealed record Image(int Row, int Label, int Other, double Margin)
    {
        public static Image Of(int row, int label, float[] scores)
        {
            var other = Enumerable.Range(0, scores.Length).Where(place => place != label).MaxBy(place => scores[place]);
            return new(row, label, other, (double)scores[label] - scores[other]);
        }
    }
}
