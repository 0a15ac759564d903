using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The sizes of RegNets: multiply-adds of an image of 224 × 224 pixels, in millions (MF) or billions (GF).</summary>
    public enum RegNetSize
    {
        /// <summary>400 million.</summary>
        MF400,

        /// <summary>800 million.</summary>
        MF800,

        /// <summary>1.6 billion.</summary>
        GF1_6,

        /// <summary>3.2 billion.</summary>
        GF3_2,

        /// <summary>8 billion.</summary>
        GF8,

        /// <summary>16 billion.</summary>
        GF16,

        /// <summary>32 billion.</summary>
        GF32,

        /// <summary>128 billion; RegNetY only.</summary>
        GF128,
    }

    /// <summary>The options of <c>Trainers.RegNet</c>.</summary>
    public sealed class RegNetOptions : CnnFamilyOptions
    {
        /// <summary>Multiply-adds of an image of 224 × 224 pixels. Default: 400 million.</summary>
        public RegNetSize Size { get; set; }

        /// <summary>Whether it is a RegNetY, with squeeze-and-excitation, rather than a RegNetX. Default true.</summary>
        public bool SqueezeExcitation { get; set; } = true;

        internal override Architecture ToArchitecture() => RegNet.Create(Size, SqueezeExcitation);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a RegNet (Radosavovic et al. 2020).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="size">Multiply-adds of an image of 224 × 224 pixels.</param>
        /// <param name="squeezeExcitation">Whether it is a RegNetY, with squeeze-and-excitation, rather than a RegNetX.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer RegNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", RegNetSize size = RegNetSize.MF400, bool squeezeExcitation = true, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.RegNet(Common(new RegNetOptions { Size = size, SqueezeExcitation = squeezeExcitation }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a RegNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer RegNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, RegNetOptions options) => Trainer(catalog, options);
    }
}
