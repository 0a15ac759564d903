using Ml.Cnn.Experiments;
using Ml.Cnn.MlNet;

namespace Microsoft.ML;

/// <summary>Experiments among <c>mlContext.MulticlassClassification</c>.</summary>
public static class CnnExperimentCatalog
{
    /// <summary>
    /// An experiment that finds the network for some data: which architecture, and which learning rate, batch size, optimizer, weight decay and augmentation.
    /// </summary>
    /// <param name="catalog">Multiclass classification.</param>
    /// <param name="settings">What may be spent, and on what.</param>
    /// <example>
    /// <code>
    /// var settings = new CnnExperimentSettings { Budget = ExperimentBudget.Time(TimeSpan.FromMinutes(20)) };
    /// CnnExperiment experiment = mlContext.MulticlassClassification.CreateCnnExperiment(settings);
    /// CnnExperimentResult result = experiment.Execute(train, preFeaturizer: mlContext.Transforms.LoadRawImageBytes("Features", null, "ImagePath"));
    /// Console.WriteLine(result.BestRun.TrainerName);
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">There is no network of a name; or a setting is outside its range.</exception>
    public static CnnExperiment CreateCnnExperiment(this MulticlassClassificationCatalog catalog, CnnExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(settings);
        return new(MlNetEnvironment.Of(catalog), settings);
    }

    /// <summary>An experiment that finds the network for some data within a time.</summary>
    /// <param name="catalog">Multiclass classification.</param>
    /// <param name="maxExperimentTimeInSeconds">The time, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is 0.</exception>
    public static CnnExperiment CreateCnnExperiment(this MulticlassClassificationCatalog catalog, uint maxExperimentTimeInSeconds) =>
        catalog.CreateCnnExperiment(new CnnExperimentSettings { Budget = ExperimentBudget.Time(TimeSpan.FromSeconds(maxExperimentTimeInSeconds)) });
}
