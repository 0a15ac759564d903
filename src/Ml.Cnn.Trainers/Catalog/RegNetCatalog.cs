using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains a RegNet (Radosavovic et al. 2020).</summary>
    /// <param name="variant">Multiply-adds of an image of 224 × 224 pixels.</param>
    /// <param name="squeezeExcitation">Whether it is a RegNetY, with squeeze-and-excitation, rather than a RegNetX.</param>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer RegNet(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", RegNetVariant variant = RegNetVariant.MF400, bool squeezeExcitation = true,
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new RegNetOptions { Variant = variant, SqueezeExcitation = squeezeExcitation },
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains a RegNet, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer RegNet(this MulticlassTrainers catalog, RegNetOptions options) => Trainer(catalog, options);
}
