using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

#pragma warning disable CS1573 // The parameters that all networks share are documented once, where inheritdoc points.
public static partial class CnnCatalog
{
    /// <summary>Trains a densely connected network (Huang et al. 2016).</summary>
    /// <param name="depth">Layers with weights: 121, 161, 169 or 201.</param>
    /// <inheritdoc cref="Cnn(MulticlassTrainers, Architecture, string, string, string, string, int?, int?, int?, IDataView, InitialWeights)" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer DenseNet(this MulticlassTrainers catalog,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int depth = 121,
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, Common(new DenseNetOptions { Depth = depth },
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains a densely connected network, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
    public static CnnTrainer DenseNet(this MulticlassTrainers catalog, DenseNetOptions options) => Trainer(catalog, options);
}
