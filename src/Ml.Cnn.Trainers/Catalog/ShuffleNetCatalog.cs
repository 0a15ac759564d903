using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The generations of ShuffleNet.</summary>
    public enum ShuffleNetVersion
    {
        /// <summary>Grouped 1 × 1 convolutions (Zhang et al. 2017).</summary>
        V1,

        /// <summary>Half of the channels pass each unit (Ma et al. 2018).</summary>
        V2,
    }

    /// <summary>The options of <c>Trainers.ShuffleNet</c>.</summary>
    public sealed class ShuffleNetOptions : CnnFamilyOptions
    {
        /// <summary>Which generation. Default: the second.</summary>
        public ShuffleNetVersion Version { get; set; } = ShuffleNetVersion.V2;

        /// <summary>The network's size: 0.5, 1, 1.5 or 2 for the second generation; any factor on the channels above 0, at most 10, for the first. Default 1.</summary>
        public double Scale { get; set; } = 1;

        /// <summary>Groups of the first generation's 1 × 1 convolutions: 1, 2, 3, 4 or 8. Default 3; the second has none.</summary>
        public int Groups { get; set; } = 3;

        internal override Architecture ToArchitecture() => Version switch
        {
            ShuffleNetVersion.V1 => ShuffleNetV1.Create(Groups, Scale),
            ShuffleNetVersion.V2 => ShuffleNetV2.Create(Scale),
            _ => throw OptionsValidation.Wrong(nameof(Version), Version, "one of the versions"),
        };
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a ShuffleNet, for devices with very little power (Zhang et al. 2017, Ma et al. 2018).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="version">Which generation.</param>
        /// <param name="scale">The network's size: 0.5, 1, 1.5 or 2 for the second generation; any factor above 0, at most 10, for the first.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ShuffleNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", ShuffleNetVersion version = ShuffleNetVersion.V2, double scale = 1, int epochs = 10, int? imageSize = null, IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.ShuffleNet(Common(new ShuffleNetOptions { Version = version, Scale = scale }, labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a ShuffleNet, for devices with very little power, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no such network, or an option is outside its range.</exception>
        public static CnnTrainer ShuffleNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ShuffleNetOptions options) => Trainer(catalog, options);
    }
}
