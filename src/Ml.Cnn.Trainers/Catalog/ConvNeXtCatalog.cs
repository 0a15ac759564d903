using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The sizes of ConvNeXt.</summary>
    public enum ConvNeXtSize
    {
        /// <summary>29 million parameters.</summary>
        Tiny,

        /// <summary>50 million parameters.</summary>
        Small,

        /// <summary>89 million parameters.</summary>
        Base,

        /// <summary>198 million parameters.</summary>
        Large,
    }

    /// <summary>The options of <c>Trainers.ConvNeXt</c>.</summary>
    public sealed class ConvNeXtOptions : CnnFamilyOptions
    {
        /// <summary>Which one. Default: the smallest.</summary>
        public ConvNeXtSize Size { get; set; }

        /// <summary>How likely the last block's branch is to be left out for an image while training, from 0 to below 1; less for those before. Default: the paper's, from 0.1 to 0.5.</summary>
        public double? StochasticDepth { get; set; }

        internal override Architecture ToArchitecture() => ConvNeXt.Create(Size, StochasticDepth);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a ConvNeXt (Liu et al. 2022).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="size">Which one.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ConvNeXt(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", ConvNeXtSize size = ConvNeXtSize.Tiny, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.ConvNeXt(Common(new ConvNeXtOptions { Size = size }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a ConvNeXt, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ConvNeXt(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ConvNeXtOptions options) => Trainer(catalog, options);
    }
}
