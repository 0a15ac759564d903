using Ml.Cnn.OnnxConverter.Packages;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.OnnxConverter;

/// <summary>Pretrained networks that come in NuGet packages, as ONNX files: no download beside the build's own.</summary>
public static class PretrainedWeightsOnnxExtensions
{
    extension(PretrainedWeights)
    {
        /// <summary>
        /// ResNet-18 with ImageNet's weights, from ML.NET's package Microsoft.ML.DnnImageFeaturizer.ResNet18: the network behind
        /// <c>DnnFeaturizeImage</c>, which gives the same features here and can be trained further. The app's own project must reference the package.
        /// </summary>
        /// <remarks>
        /// It is a ResNet with 2, 2, 2 and 3 blocks that ends with 512 features; a linear layer for the classes is put behind them. Images are the middle
        /// 224 × 224 pixels of RGB images whose short side is 256; the package's mean image and its order of channels are in the network. The files are read
        /// anew whenever this is asked for, 61 MB: keep what it gives. A saved model needs neither the files nor the package.
        /// </remarks>
        /// <value>The network with its weights, for <c>Trainers.Cnn</c> and <c>Transforms.CnnFeatures</c>.</value>
        /// <exception cref="FileNotFoundException">The package is not referenced; the message says what to add.</exception>
        /// <exception cref="OnnxFormatException">The package's files are damaged.</exception>
        /// <example>
        /// <code>
        /// var trainer = mlContext.MulticlassClassification.Trainers.Cnn(PretrainedWeights.DnnImageFeaturizerResNet18,
        ///     new CnnOptions { FeatureColumnName = "Image", Freeze = Freezing.Backbone });
        /// </code>
        /// </example>
        public static Architecture DnnImageFeaturizerResNet18 => DnnImageFeaturizer.ResNet18(AppContext.BaseDirectory);
    }
}
