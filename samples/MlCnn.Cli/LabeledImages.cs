using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>Labeled images in the column that a classifier reads.</summary>
internal static class LabeledImages
{
    /// <exception cref="CommandException">The images have other classes than the classifier.</exception>
    public static IDataView Load(MLContext mlContext, CnnClassifier classifier, DataSource source)
    {
        var data = source.Load(mlContext, DataRole.Evaluation);
        Labels.RequireKnown(data, classifier.ClassNames, "the model");
        return ImageScoring.Prepare(mlContext, classifier, data, source.IsFiles);
    }
}
