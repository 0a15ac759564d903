using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>Scores images with a network alone, whatever kind of images it was trained on.</summary>
internal static class ImageScoring
{
    /// <summary>The network, computing in other numbers.</summary>
    public static CnnTransformer InPrecision(CnnTransformer network, Precision numbers) =>
        network.WithScoring(network.Scoring with { Precision = numbers, AllowReducedPrecision = numbers == Precision.Auto });

    /// <summary>The most probable classes, best first.</summary>
    public static LabelEntry[] BestClasses(float[] scores, IReadOnlyList<string> classes, int top) =>
        [.. scores.Index().OrderByDescending(score => score.Item).Take(top).Select(score => new LabelEntry(classes[score.Index], score.Item))];

    /// <summary>Adds the network's scores to data with a column of paths or of pixels.</summary>
    public static IDataView Score(MLContext mlContext, CnnTransformer network, IDataView data, bool isFiles)
    {
        // The network reads the column that it was trained with: another program may have called it otherwise.
        var prepared = isFiles
            ? mlContext.Transforms.LoadRawImageBytes(network.FeatureColumnName, null, DataSource.PathColumn).Fit(data).Transform(data)
            : mlContext.Transforms.CopyColumns(network.FeatureColumnName, DataSource.ImageColumn).Fit(data).Transform(data);
        return network.Transform(prepared);
    }
}
