using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.SqueezeNet</c>.</summary>
    public sealed class SqueezeNetOptions : CnnFamilyOptions
    {
        /// <summary>"1.0", as in the paper, or "1.1", with 2.4 times less computation. Default "1.1".</summary>
        public string Version { get; set; } = "1.1";

        /// <summary>Dropout before the last convolution, from 0 to below 1. Default 0.5.</summary>
        public double Dropout { get; set; } = 0.5;

        internal override Architecture ToArchitecture() => SqueezeNet.Create(Version, Dropout);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a SqueezeNet (Iandola et al. 2016).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer SqueezeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.SqueezeNet(Common(new SqueezeNetOptions(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a SqueezeNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer SqueezeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, SqueezeNetOptions options) => Trainer(catalog, options);
    }
}
