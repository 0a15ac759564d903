using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.DataQuality.Tests;

/// <summary>A drawn digit that a test can change.</summary>
internal sealed class Digit
{
    [VectorType(28, 28, 1)]
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";

    public static List<Digit> Draw(MLContext mlContext, int count, int seed) =>
        [.. mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(count, seed), reuseRowObject: false)];

    /// <summary>The first of MNIST's training images.</summary>
    public static List<Digit> Read(MLContext mlContext, string folder, int count) => [.. mlContext.Data.CreateEnumerable<Digit>(
        mlContext.Data.LoadMnist(folder, Transforms.DataSplit.Train, "Image", "Label"), reuseRowObject: false).Take(count)];

    /// <summary>Gives a share of the digits the label of another one.</summary>
    /// <returns>Their rows.</returns>
    public static HashSet<long> PlantErrors(List<Digit> digits, double share, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, digits.Count).OrderBy(_ => random.Next()).Take((int)(digits.Count * share)).ToArray();
        foreach (var row in rows)
            digits[row].Label = ((digits[row].Label[0] - '0' + 1 + random.Next(9)) % 10).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return [.. rows.Select(row => (long)row)];
    }

    /// <summary>LeNet-5, trained for a few epochs from a seed of its own.</summary>
    public static IEstimator<ITransformer> Trainer(MLContext mlContext, int epochs) => mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = epochs,
            Optimizer = Optimizer.Adam,
            LearningRate = 0.002,
            BatchSize = 32,
            Device = "cpu",
            Seed = 1,
            NetworkThreads = 1, // sums in one order, whatever the machine
        }));
}
