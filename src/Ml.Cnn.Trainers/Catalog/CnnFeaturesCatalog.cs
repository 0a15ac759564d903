using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Transformers;

namespace Microsoft.ML;

/// <summary>Features of convolutional networks among <c>mlContext.Transforms</c>.</summary>
public static class CnnFeaturesCatalog
{
    /// <summary>
    /// Adds what a layer of a trained network makes of each image, as a vector for any other ML.NET trainer. Images are prepared as for
    /// the network; one that cannot be decoded fails or gets features that are not numbers, as it is with the network's scores.
    /// </summary>
    /// <param name="catalog">The transforms.</param>
    /// <param name="outputColumnName">The column to add: a vector of Single.</param>
    /// <param name="inputColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="model">
    /// The network, with which the features share the weights: a trained one, one found in a loaded model (<see cref="CnnTransformer.Find"/>),
    /// or published weights (<c>mlContext.Model.ImportCnn</c>).
    /// </param>
    /// <param name="layer">
    /// A layer's name as in <see cref="Ml.Cnn.Trainers.Inspection.CnnSummary"/>: "layer3.1.relu_1". Null, the default: what the network's last,
    /// class-specific layer
    /// takes, 512 numbers for ResNet-18.
    /// </param>
    /// <param name="pool">
    /// Whether a feature map of channels × height × width becomes its mean over height and width, one number per channel, rather than a
    /// vector of all of its values. Default: true without <paramref name="layer"/>, false with it.
    /// </param>
    /// <exception cref="ArgumentException">There is no such layer; the message lists the nearest.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.CnnFeatures("Features", "Image", network)
    ///     .Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy());
    /// </code>
    /// </example>
    public static CnnFeaturesEstimator CnnFeatures(this TransformsCatalog catalog, string outputColumnName, string inputColumnName, CnnTransformer model,
        string? layer = null, bool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
        ArgumentException.ThrowIfNullOrEmpty(inputColumnName);
        ArgumentNullException.ThrowIfNull(model);
        var scorer = model.Scorer.As(model.Scorer.Model with { FeatureColumnName = inputColumnName });
        return new(ImageFeaturizer.Of(scorer, outputColumnName, layer, pool));
    }

    /// <summary>Adds what a layer of a network that came with its weights, such as an ONNX file's, makes of each image: see the other overload.</summary>
    /// <param name="catalog">The transforms.</param>
    /// <param name="outputColumnName">The column to add: a vector of Single.</param>
    /// <param name="inputColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="architecture">The network and its weights. They need not tell classes.</param>
    /// <param name="layer">A layer's name; null, the default: what the network's last, class-specific layer takes.</param>
    /// <param name="pool">Whether a feature map is averaged over height and width. Default: true without <paramref name="layer"/>, false with it.</param>
    /// <exception cref="ArgumentException">No weights came with the network, or it has no such layer.</exception>
    public static CnnFeaturesEstimator CnnFeatures(this TransformsCatalog catalog, string outputColumnName, string inputColumnName,
        Architecture architecture, string? layer = null, bool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.Check();
        var model = NetworkImport.ForFeatures(MlNetEnvironment.Of(catalog), architecture, new());
        return catalog.CnnFeatures(outputColumnName, inputColumnName, model, layer, pool);
    }

    /// <summary>Adds what a layer of a saved network makes of each image: see the other overload.</summary>
    /// <param name="catalog">The transforms.</param>
    /// <param name="outputColumnName">The column to add: a vector of Single.</param>
    /// <param name="inputColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
    /// <param name="modelPath">A model.zip with a network of this library, alone or in a pipeline.</param>
    /// <param name="layer">A layer's name; null, the default: what the network's last, class-specific layer takes.</param>
    /// <param name="pool">Whether a feature map is averaged over height and width. Default: true without <paramref name="layer"/>, false with it.</param>
    /// <exception cref="ArgumentException">The file holds no network of this library, or the network no such layer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static CnnFeaturesEstimator CnnFeatures(this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string modelPath,
        string? layer = null, bool? pool = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        var model = CnnTransformer.Find(ModelFiles.Load(MlNetEnvironment.Of(catalog), modelPath))
            ?? throw new ArgumentException($"'{modelPath}' is an ML.NET model without a convolutional network of this library.", nameof(modelPath));
        return catalog.CnnFeatures(outputColumnName, inputColumnName, model, layer, pool);
    }
}
