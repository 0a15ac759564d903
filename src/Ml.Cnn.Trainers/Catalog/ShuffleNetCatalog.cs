using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains a ShuffleNet, for devices with very little power (Zhang et al. 2017, Ma et al. 2018).</summary>
    /// <param name="variant">Which generation.</param>
    /// <param name="scale">The network's size: 0.5, 1, 1.5 or 2 for the second generation; any factor above 0, at most 10, for the first.</param>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer ShuffleNet(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", ShuffleNetVariant variant = ShuffleNetVariant.V2, double scale = 1,
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new ShuffleNetOptions { Variant = variant, Scale = scale },
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains a ShuffleNet, for devices with very little power, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer ShuffleNet(this MulticlassTrainers catalog, ShuffleNetOptions options) => Trainer(catalog, options);
}
