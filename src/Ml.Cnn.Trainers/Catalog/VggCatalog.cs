using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.Vgg</c>.</summary>
    public sealed class VggOptions : CnnFamilyOptions
    {
        /// <summary>Layers with weights: 11, 13, 16 or 19; 11 with local response normalization, 16 with 1 × 1 convolutions. Default 16.</summary>
        public int Depth { get; set; } = 16;

        /// <summary>Whether batch normalization follows each convolution. Default true: without it the deeper ones hardly train from scratch.</summary>
        public bool BatchNorm { get; set; } = true;

        /// <summary>Which kind of network. Default: 3 × 3 convolutions alone. The other kinds have no batch normalization.</summary>
        public VggKind Kind { get; set; }

        /// <summary>Dropout after the first two linear layers, from 0 to below 1. Default 0.5.</summary>
        public double Dropout { get; set; } = 0.5;

        internal override Architecture ToArchitecture() => Enum.IsDefined(Kind) ? Vgg.Create(Depth, BatchNorm, Dropout, Kind) : throw OptionsValidation.Wrong(nameof(Kind), Kind, "one of the kinds");
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a VGG network (Simonyan and Zisserman 2014).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="depth">Layers with weights: 11, 13, 16 or 19.</param>
        /// <param name="batchNorm">Whether batch normalization follows each convolution.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer Vgg(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int depth = 16, bool batchNorm = true, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.Vgg(Common(new VggOptions { Depth = depth, BatchNorm = batchNorm }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a VGG network, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer Vgg(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, VggOptions options) => Trainer(catalog, options);
    }
}
