using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains an MNASNet, searched for accuracy and speed on phones (Tan et al. 2018).</summary>
    /// <param name="widthMultiplier">Factor on the channels: 0.5, 0.75, 1 or 1.3.</param>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer MnasNet(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", double widthMultiplier = 1,
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new MnasNetOptions { WidthMultiplier = widthMultiplier },
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains an MNASNet, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer MnasNet(this MulticlassTrainers catalog, MnasNetOptions options) => Trainer(catalog, options);
}
