using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.GoogLeNet</c>.</summary>
    public sealed class GoogLeNetOptions : CnnFamilyOptions
    {
        /// <summary>Whether the two auxiliary classifiers take part in training, each with 0.3 of its loss; scores do not depend on them. Default true.</summary>
        public bool AuxiliaryHeads { get; set; } = true;

        /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.4.</summary>
        public double Dropout { get; set; } = 0.4;

        internal override Architecture ToArchitecture() => GoogLeNet.Create(AuxiliaryHeads, Dropout);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains GoogLeNet (Szegedy et al. 2014).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer GoogLeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.GoogLeNet(Common(new GoogLeNetOptions(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains GoogLeNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer GoogLeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, GoogLeNetOptions options) => Trainer(catalog, options);
    }
}
