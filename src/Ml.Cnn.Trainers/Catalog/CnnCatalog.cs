using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML;

/// <summary>Convolutional networks among <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static partial class CnnCatalog
{
    /// <summary>Trains a network of your own.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="network">
    /// Makes the network: takes the number of channels and of classes, returns a module from N × channels × height × width to
    /// N × classes, before softmax. A static method marked <see cref="CnnNetworkAttribute"/> lets a saved model be loaded
    /// elsewhere.
    /// </param>
    /// <param name="labelColumnName">The column of labels, a key.</param>
    /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="epochs">How often training goes through the data, at least 1.</param>
    /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
    /// <param name="validationSet">Scored after every epoch; null: none.</param>
    public static CnnTrainer Cnn(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Func<int, int, Module<Tensor, Tensor>> network,
        string labelColumnName = "Label", string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null) =>
        catalog.Cnn(network, Common(new CnnOptions(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights: null));

    /// <summary>Trains a network of your own, with every option.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="network">Makes the network: see the other overload.</param>
    /// <param name="options">All options.</param>
    public static CnnTrainer Cnn(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Func<int, int, Module<Tensor, Tensor>> network, CnnOptions options) =>
        Trainer(catalog, UserNetwork.From(network), options);

    /// <summary>Trains a network by its name.</summary>
    /// <param name="catalog">The trainers of multiclass classification.</param>
    /// <param name="architecture">A name of <see cref="ArchitectureCatalog"/>: "lenet5", "resnet18", "vgg16_bn", …</param>
    /// <param name="options">All options.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public static CnnTrainer Cnn(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string architecture, CnnOptions options) =>
        Trainer(catalog, ArchitectureCatalog.Find(architecture), options);

    private static CnnTrainer Trainer(MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, CnnFamilyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Trainer(catalog, options.ToArchitecture(), options);
    }

    private static CnnTrainer Trainer(MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, Architecture architecture, CnnTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new CnnTrainer(MlNetEnvironment.Of(catalog), architecture, options);
    }

    private static TOptions Common<TOptions>(TOptions options, string labelColumnName, string featureColumnName, int epochs, int? imageSize, IDataView? validationSet,
        InitialWeights? weights)
        where TOptions : CnnTrainerOptions
    {
        options.LabelColumnName = labelColumnName;
        options.FeatureColumnName = featureColumnName;
        options.Epochs = epochs;
        options.ImageSize = imageSize;
        options.ValidationSet = validationSet;
        options.Weights = weights;
        return options;
    }
}
