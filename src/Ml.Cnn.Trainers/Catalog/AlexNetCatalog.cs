using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.AlexNet</c>.</summary>
    public sealed class AlexNetOptions : CnnFamilyOptions
    {
        /// <summary>Which form of the network. Default: that for one GPU, as in torchvision.</summary>
        public AlexNetForm Form { get; set; }

        /// <summary>Dropout before the first two linear layers, from 0 to below 1. Default 0.5.</summary>
        public double Dropout { get; set; } = 0.5;

        internal override Architecture ToArchitecture() => Enum.IsDefined(Form) ? AlexNet.Create(Dropout, Form) : throw OptionsValidation.Wrong(nameof(Form), Form, "one of the forms");
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains AlexNet (Krizhevsky 2014, the single-column form).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer AlexNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.AlexNet(Common(new AlexNetOptions(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains AlexNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer AlexNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, AlexNetOptions options) => Trainer(catalog, options);
    }
}
