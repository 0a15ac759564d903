using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The published EfficientNets.</summary>
    public enum EfficientNetVariant
    {
        /// <summary>The searched network: 224 × 224 pixels, 5 million parameters.</summary>
        B0,

        /// <summary>240 × 240 pixels, 8 million parameters.</summary>
        B1,

        /// <summary>288 × 288 pixels, 9 million parameters.</summary>
        B2,

        /// <summary>300 × 300 pixels, 12 million parameters.</summary>
        B3,

        /// <summary>380 × 380 pixels, 19 million parameters.</summary>
        B4,

        /// <summary>456 × 456 pixels, 30 million parameters.</summary>
        B5,

        /// <summary>528 × 528 pixels, 43 million parameters.</summary>
        B6,

        /// <summary>600 × 600 pixels, 66 million parameters.</summary>
        B7,

        /// <summary>EfficientNetV2-S: 384 × 384 pixels, 21 million parameters.</summary>
        V2S,

        /// <summary>EfficientNetV2-M: 480 × 480 pixels, 54 million parameters.</summary>
        V2M,

        /// <summary>EfficientNetV2-L: 480 × 480 pixels, 119 million parameters.</summary>
        V2L,
    }

    /// <summary>The options of <c>Trainers.EfficientNet</c>.</summary>
    public sealed class EfficientNetOptions : CnnFamilyOptions
    {
        /// <summary>Which published network. Default: B0.</summary>
        public EfficientNetVariant Variant { get; set; }

        /// <summary>φ, from 0 to 10: B0 grown by the paper's equation 3 instead of a published network, which <see cref="Variant"/> must then not ask for. Default: none.</summary>
        public double? CompoundCoefficient { get; set; }

        /// <summary>Dropout before the last layer, from 0 to below 1. Default: the network's own, from 0.2 to 0.5.</summary>
        public double? Dropout { get; set; }

        /// <summary>How likely the last block's branch is to be left out for an image while training, from 0 to below 1; less for those before. Default 0.2.</summary>
        public double StochasticDepth { get; set; } = 0.2;

        internal override Architecture ToArchitecture()
        {
            if (CompoundCoefficient is not { } coefficient)
                return EfficientNet.Create(Variant, Dropout, StochasticDepth);
            if (Variant != EfficientNetVariant.B0)
                throw OptionsValidation.Wrong(nameof(Variant), Variant, $"{EfficientNetVariant.B0} where {nameof(CompoundCoefficient)} is given");
            return EfficientNet.CreateScaled(coefficient, Dropout ?? 0.2, StochasticDepth);
        }
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains an EfficientNet (Tan and Le 2019 and 2021).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="variant">Which one.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else the network's own, from 224 for B0 to 600 for B7.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer EfficientNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", EfficientNetVariant variant = EfficientNetVariant.B0, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.EfficientNet(Common(new EfficientNetOptions { Variant = variant }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains an EfficientNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer EfficientNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, EfficientNetOptions options) => Trainer(catalog, options);
    }
}
