using Ml.Cnn.DataQuality;
using Ml.Cnn.DataQuality.Execution;
using Ml.Cnn.MlNet;

namespace Microsoft.ML;

/// <summary>What is wrong with image data, among <c>mlContext.MulticlassClassification</c>.</summary>
public static class DataQualityCatalog
{
    /// <summary>
    /// Looks for what may be wrong with labeled images: labels that are probably wrong, images that occur twice (with conflicting labels first) or in the
    /// validation set too, outliers, images that are broken, blank, tiny or odd, and classes that are hard to tell apart.
    /// </summary>
    /// <remarks>
    /// Label errors are found by confident learning (Northcutt, Jiang, Chuang 2021) from the probabilities of networks that have not seen the images:
    /// <see cref="DataProblemOptions.Trainer"/> is fitted once for each fold. Every image is read once to be measured and hashed, and about 1.2 KB are kept of
    /// each. Features are compared exactly, in time that grows with the square of the number of images: seconds for ten thousand.
    /// </remarks>
    /// <param name="catalog">Multiclass classification.</param>
    /// <param name="data">Labeled images; the data should give the same rows each time that it is read.</param>
    /// <param name="options">What is looked for, and with what. Default: what can be seen without a network.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The data holds a class that the model does not know, or a network's scores are not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was canceled.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    ///     .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
    ///     .Append(mlContext.MulticlassClassification.Trainers.ResNet(featureColumnName: "Image", depth: 18));
    /// DataProblemReport report = mlContext.MulticlassClassification.FindDataProblems(flowers, new() { Trainer = pipeline });
    /// foreach (DataProblem problem in report.Of(DataProblemKind.LabelError))
    ///     Console.WriteLine(problem);
    /// </code>
    /// </example>
    public static DataProblemReport FindDataProblems(this MulticlassClassificationCatalog catalog, IDataView data, DataProblemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return DataProblemSearch.Run(MlNetEnvironment.Of(catalog), data, options ?? new());
    }
}
