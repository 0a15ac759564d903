using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.DenseNet</c>.</summary>
    public sealed class DenseNetOptions : CnnFamilyOptions
    {
        /// <summary>Layers with weights: 121, 161, 169 or 201; 40 or 100 (with bottlenecks) for CIFAR. Default 121.</summary>
        public int Depth { get; set; } = 121;

        /// <summary>Whether the network is one for CIFAR's images of 32 × 32 pixels. Default false.</summary>
        public bool Cifar { get; set; }

        /// <summary>Dropout after each layer of a dense block, from 0 to below 1. Default 0.</summary>
        public double Dropout { get; set; }

        internal override Architecture ToArchitecture() => Cifar ? DenseNet.CreateCifar(Depth, Dropout) : DenseNet.Create(Depth, Dropout);
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a densely connected network (Huang et al. 2016).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="depth">Layers with weights: 121, 161, 169 or 201.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer DenseNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int depth = 121, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.DenseNet(Common(new DenseNetOptions { Depth = depth }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a densely connected network, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer DenseNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, DenseNetOptions options) => Trainer(catalog, options);
    }
}
