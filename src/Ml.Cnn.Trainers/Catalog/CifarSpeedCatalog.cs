using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains the network that learns CIFAR-10 in the least time (Jordan 2024), by the recipe that goes with it.</summary>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static CnnTrainer CifarSpeed(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new CifarSpeedOptions(),
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains the network that learns CIFAR-10 in the least time, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static CnnTrainer CifarSpeed(this MulticlassTrainers catalog, CifarSpeedOptions options) => Trainer(catalog, options);
}
