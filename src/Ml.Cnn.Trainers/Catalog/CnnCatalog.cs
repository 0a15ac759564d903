using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using MulticlassTrainers = Microsoft.ML.MulticlassClassificationCatalog.MulticlassClassificationTrainers;

namespace Microsoft.ML;

/// <summary>Convolutional networks among <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static partial class CnnCatalog
{
    /// <summary>Trains a network: one of your own, or a built-in one such as <c>ResNet.Create(depth: 18)</c>.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="labelColumnName">The column of labels, a key.</param>
    /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="scoreColumnName">The output column of the probabilities, one per class.</param>
    /// <param name="predictedLabelColumnName">The output column of the class with the highest score, a key.</param>
    /// <param name="epochs">How often training goes through the data, at least 1; null: by the data.</param>
    /// <param name="batchSize">Images per training step, at least 1; null: the network's own.</param>
    /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else the network's.</param>
    /// <param name="validationSet">Scored after every epoch; null: none.</param>
    /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option, or something that the architecture declares, is outside its range.</exception>
    public static CnnTrainer Cnn(this MulticlassTrainers catalog, Architecture architecture,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null, InitialWeights? weights = null) =>
        Trainer(catalog, architecture, Common(architecture is null ? new CnnOptions() : TrainingPreset.ApplyOwn(architecture, new CnnOptions()),
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights));

    /// <summary>Trains a network, one of your own or a built-in one, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option, or something that the architecture declares, is outside its range.</exception>
    public static CnnTrainer Cnn(this MulticlassTrainers catalog, Architecture architecture, CnnOptions options) => Trainer(catalog, architecture, options);

    /// <summary>Trains a network by its name, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="architecture">A name of <see cref="ArchitectureCatalog"/>: "lenet5", "resnet18", "vgg16_bn", …</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public static CnnTrainer Cnn(this MulticlassTrainers catalog, string architecture, CnnOptions options) =>
        Trainer(catalog, ArchitectureCatalog.Find(architecture), options);

    /// <summary>
    /// Trains a network of your own that is only a method: it has no stages to freeze and no head that could be exchanged. An
    /// <see cref="Architecture"/> around it has both.
    /// </summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="network">
    /// Makes the network: takes the number of channels and of classes, returns a module from N × channels × height × width to
    /// N × classes, before softmax. A static method marked <see cref="CnnNetworkAttribute"/> lets a saved model be loaded
    /// elsewhere.
    /// </param>
    /// <param name="labelColumnName">The column of labels, a key.</param>
    /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="scoreColumnName">The output column of the probabilities, one per class.</param>
    /// <param name="predictedLabelColumnName">The output column of the class with the highest score, a key.</param>
    /// <param name="epochs">How often training goes through the data, at least 1; null: by the data.</param>
    /// <param name="batchSize">Images per training step, at least 1; null: 32.</param>
    /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
    /// <param name="validationSet">Scored after every epoch; null: none.</param>
    public static CnnTrainer Cnn(this MulticlassTrainers catalog, Func<int, int, Module<Tensor, Tensor>> network,
        string labelColumnName = "Label", string featureColumnName = "Features", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        int? epochs = null, int? batchSize = null, int? imageSize = null, IDataView? validationSet = null) =>
        catalog.Cnn(network, Common(new CnnOptions(),
            labelColumnName, featureColumnName, scoreColumnName, predictedLabelColumnName, epochs, batchSize, imageSize, validationSet, weights: null));

    /// <summary>Trains a network of your own that is only a method, with every option: see the other overload.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="network">Makes the network from the numbers of channels and of classes.</param>
    /// <param name="options">All options.</param>
    public static CnnTrainer Cnn(this MulticlassTrainers catalog, Func<int, int, Module<Tensor, Tensor>> network, CnnOptions options) =>
        Trainer(catalog, UserNetwork.From(network), options);

    private static CnnTrainer Trainer(MulticlassTrainers catalog, CnnFamilyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Trainer(catalog, options.ToArchitecture(), options);
    }

    private static CnnTrainer Trainer(MulticlassTrainers catalog, Architecture architecture, CnnTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.Check();
        return new CnnTrainer(MlNetEnvironment.Of(catalog), architecture, options);
    }

    private static TOptions Common<TOptions>(TOptions options, string labelColumnName, string featureColumnName, string scoreColumnName,
        string predictedLabelColumnName, int? epochs, int? batchSize, int? imageSize, IDataView? validationSet, InitialWeights? weights)
        where TOptions : CnnTrainerOptions
    {
        (options.LabelColumnName, options.FeatureColumnName) = (labelColumnName, featureColumnName);
        (options.ScoreColumnName, options.PredictedLabelColumnName) = (scoreColumnName, predictedLabelColumnName);
        (options.Epochs, options.BatchSize, options.ImageSize) = (epochs, batchSize, imageSize);
        (options.ValidationSet, options.Weights) = (validationSet, weights);
        return options;
    }
}
