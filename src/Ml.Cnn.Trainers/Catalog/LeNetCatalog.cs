using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The options of <c>Trainers.LeNet</c>.</summary>
    public sealed class LeNetOptions : CnnFamilyOptions
    {
        /// <summary>Which form of the network. Default: that of the courses.</summary>
        public LeNetForm Form { get; set; }

        /// <summary>The activation after each layer but the last. Default: ReLU. The published form has its own.</summary>
        public LeNetActivation Activation { get; set; }

        /// <summary>The pooling after each convolution. Default: maximum. The published form has its own.</summary>
        public LeNetPooling Pooling { get; set; }

        internal override Architecture ToArchitecture() => Form switch
        {
            LeNetForm.Course => LeNet.Create(Activation, Pooling),
            LeNetForm.Published => LeNet.CreateAsPublished(),
            _ => throw OptionsValidation.Wrong(nameof(Form), Form, "one of the forms"),
        };
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains LeNet-5, for digits and other small images (LeCun et al. 1998).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 28.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer LeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.LeNet(Common(new LeNetOptions(), labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains LeNet-5, for digits and other small images, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer LeNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, LeNetOptions options) => Trainer(catalog, options);
    }
}
