using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Settings;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

/// <summary>Cross-validation that ends in one model, among <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class FoldEnsembleCatalog
{
    /// <summary>
    /// Trains a network for each fold of the data, on all other folds, and gives one ensemble of them with the metrics of the rows that each network has not
    /// seen: ML.NET's <c>CrossValidate</c> and the model in one.
    /// </summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="trainer">Trains each network.</param>
    /// <param name="numberOfFolds">At least 2. Default 5.</param>
    /// <param name="samplingKeyColumnName">
    /// A column of text, keys or numbers, such as the patient or the camera, whose equal values stay in one fold. Default: rows are dealt out one by one, each
    /// class in the same proportion.
    /// </param>
    /// <param name="foldCallback">Told of each fold once it is over. Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds.</exception>
    /// <example>
    /// <code>
    /// var trainer = mlContext.MulticlassClassification.Trainers.ResNet(featureColumnName: "Image", depth: 18);
    /// CnnEnsemble model = mlContext.MulticlassClassification.Trainers.FoldEnsemble(trainer, numberOfFolds: 5).Fit(train);
    /// Console.WriteLine(model.CrossValidation!.MicroAccuracy);
    /// </code>
    /// </example>
    public static CnnFoldTrainer FoldEnsemble(this MulticlassTrainers catalog, CnnTrainer trainer, int numberOfFolds = 5, string? samplingKeyColumnName = null,
        Action<CnnFold>? foldCallback = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(trainer);
        if (numberOfFolds < 2)
            throw OptionCheck.Wrong(nameof(numberOfFolds), numberOfFolds, "at least 2");
        if (samplingKeyColumnName is not null)
            OptionCheck.Name(samplingKeyColumnName, nameof(samplingKeyColumnName));
        return new(MlNetEnvironment.Of(catalog), trainer, numberOfFolds, samplingKeyColumnName, foldCallback);
    }
}
