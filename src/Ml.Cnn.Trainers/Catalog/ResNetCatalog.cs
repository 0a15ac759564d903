using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The kinds of residual networks.</summary>
    public enum ResNetKind
    {
        /// <summary>As first published (He et al. 2015).</summary>
        Original,

        /// <summary>With grouped 3 × 3 convolutions (Xie et al. 2016).</summary>
        ResNeXt,

        /// <summary>With twice the channels in the 3 × 3 convolutions (Zagoruyko and Komodakis 2016).</summary>
        Wide,

        /// <summary>The original's layers without shortcuts, for comparison (He et al. 2015, §3.3).</summary>
        Plain,

        /// <summary>For CIFAR's images of 32 × 32 pixels (He et al. 2015, §4.2).</summary>
        Cifar,

        /// <summary>The layers of the networks for CIFAR without shortcuts.</summary>
        PlainCifar,
    }

    /// <summary>The options of <c>Trainers.ResNet</c>.</summary>
    public sealed class ResNetOptions : CnnFamilyOptions
    {
        /// <summary>
        /// Layers with weights: 18, 34, 50, 101 or 152; 50 or 101 for ResNeXt and wide; 18 or 34 for plain; 20, 32, 44, 56 or 110 for CIFAR, there
        /// without shortcuts up to 56. Default 18.
        /// </summary>
        public int Depth { get; set; } = 18;

        /// <summary>Which kind of residual network. Default: the original.</summary>
        public ResNetKind Kind { get; set; }

        /// <summary>Groups of the 3 × 3 convolutions of a ResNeXt: 32, or 64 at depth 101. Default 32; the other kinds do not use it.</summary>
        public int Groups { get; set; } = 32;

        internal override Architecture ToArchitecture() => Kind switch
        {
            ResNetKind.Original => ResNet.Create(Depth),
            ResNetKind.ResNeXt => ResNet.CreateNext(Depth, Groups),
            ResNetKind.Wide => ResNet.CreateWide(Depth),
            ResNetKind.Plain => ResNet.CreatePlain(Depth),
            ResNetKind.Cifar => ResNetCifar.Create(Depth),
            ResNetKind.PlainCifar => ResNetCifar.CreatePlain(Depth),
            _ => throw OptionsValidation.Wrong(nameof(Kind), Kind, "one of the kinds"),
        };
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a residual network (He et al. 2015).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="depth">Layers with weights: 18, 34, 50, 101 or 152.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ResNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int depth = 18, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.ResNet(Common(new ResNetOptions { Depth = depth }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a residual network, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ResNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ResNetOptions options) => Trainer(catalog, options);
    }
}
