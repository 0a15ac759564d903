using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>Scores images with a classifier alone, whatever kind of images it was trained on.</summary>
internal static class ImageScoring
{
    /// <summary>The classifier, computing in other numbers.</summary>
    public static CnnClassifier InPrecision(CnnClassifier classifier, Precision numbers) =>
        classifier.WithScoring(new() { Precision = numbers, AllowReducedPrecision = numbers == Precision.Auto });

    /// <summary>The most probable classes, best first.</summary>
    public static LabelEntry[] BestClasses(float[] scores, IReadOnlyList<string> classes, int top) =>
        [.. scores.Index().OrderByDescending(score => score.Item).Take(top).Select(score => new LabelEntry(classes[score.Index], score.Item))];

    /// <summary>Adds the classifier's scores to data with a column of paths or of pixels.</summary>
    public static IDataView Score(MLContext mlContext, CnnClassifier classifier, IDataView data, bool isFiles) =>
        classifier.Transform(Prepare(mlContext, classifier, data, isFiles));

    /// <summary>Adds the column that the classifier reads, which it was trained with: another program may have called it otherwise.</summary>
    public static IDataView Prepare(MLContext mlContext, CnnClassifier classifier, IDataView data, bool isFiles) => isFiles
        ? mlContext.Transforms.LoadRawImageBytes(classifier.FeatureColumnName, null, DataSource.PathColumn).Fit(data).Transform(data)
        : mlContext.Transforms.CopyColumns(classifier.FeatureColumnName, DataSource.ImageColumn).Fit(data).Transform(data);
}
