using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.MnasNet</c>.</summary>
    public sealed class MnasNetOptions : CnnFamilyOptions
    {
        /// <summary>Factor on the channels: 0.5, 0.75, 1 or 1.3. Default 1.</summary>
        public double WidthMultiplier { get; set; } = 1;

        /// <summary>Dropout before the last layer, from 0 to below 1. Default 0.2.</summary>
        public double Dropout { get; set; } = 0.2;

        /// <summary>
        /// Share of each batch in batch normalization's running statistics, above 0, at most 1. Default 0.0003, the paper's, for trainings of many
        /// thousands of steps; take 0.1 for a short training from random weights.
        /// </summary>
        public double NormMomentum { get; set; } = 1 - 0.9997;

        internal override Architecture ToArchitecture() => MnasNet.Create(WidthMultiplier, Dropout, NormMomentum);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains an MNASNet, searched for accuracy and speed on phones (Tan et al. 2018).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="widthMultiplier">Factor on the channels: 0.5, 0.75, 1 or 1.3.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer MnasNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", double widthMultiplier = 1, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.MnasNet(Common(new MnasNetOptions { WidthMultiplier = widthMultiplier }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains an MNASNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer MnasNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, MnasNetOptions options) => Trainer(catalog, options);
    }
}
