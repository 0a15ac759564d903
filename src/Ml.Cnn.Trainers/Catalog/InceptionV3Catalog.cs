using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.InceptionV3</c>.</summary>
    public sealed class InceptionV3Options : CnnFamilyOptions
    {
        /// <summary>Whether the auxiliary classifier takes part in training, with 0.4 of its loss; scores do not depend on it. Default true.</summary>
        public bool AuxiliaryHeads { get; set; } = true;

        /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.5.</summary>
        public double Dropout { get; set; } = 0.5;

        internal override Architecture ToArchitecture() => InceptionV3.Create(AuxiliaryHeads, Dropout);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains Inception v3 (Szegedy et al. 2015).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 299.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer InceptionV3(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.InceptionV3(Common(new InceptionV3Options(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains Inception v3, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer InceptionV3(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, InceptionV3Options options) => Trainer(catalog, options);
    }
}
