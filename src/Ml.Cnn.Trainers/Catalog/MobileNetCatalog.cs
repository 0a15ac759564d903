using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains a MobileNet, for devices with little power (Howard et al. 2017 and 2019, Sandler et al. 2018).</summary>
    /// <param name="variant">Which generation.</param>
    /// <param name="widthMultiplier">Factor on the channels of every layer, above 0, at most 10.</param>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer MobileNet(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", MobileNetVariant variant = MobileNetVariant.V2, double widthMultiplier = 1,
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new MobileNetOptions { Variant = variant, WidthMultiplier = widthMultiplier },
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains a MobileNet, for devices with little power, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer MobileNet(this MulticlassTrainers catalog, MobileNetOptions options) => Trainer(catalog, options);
}
