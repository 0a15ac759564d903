using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers
{
    /// <summary>The generations of MobileNet.</summary>
    public enum MobileNetVersion
    {
        /// <summary>Depthwise separable convolutions (Howard et al. 2017).</summary>
        V1,

        /// <summary>Inverted residuals with linear bottlenecks (Sandler et al. 2018).</summary>
        V2,

        /// <summary>The smaller searched network (Howard et al. 2019, table 2).</summary>
        V3Small,

        /// <summary>The larger searched network (Howard et al. 2019, table 1).</summary>
        V3Large,
    }

    /// <summary>The options of <c>Trainers.MobileNet</c>.</summary>
    public sealed class MobileNetOptions : CnnFamilyOptions
    {
        /// <summary>Which generation. Default: the second.</summary>
        public MobileNetVersion Version { get; set; } = MobileNetVersion.V2;

        /// <summary>Factor on the channels of every layer, above 0, at most 10: less work, less accuracy. Default 1.</summary>
        public double WidthMultiplier { get; set; } = 1;

        /// <summary>Dropout before the last layer, from 0 to below 1. Default: 0 for the first generation, 0.2 for the others.</summary>
        public double? Dropout { get; set; }

        internal override Architecture ToArchitecture() => Version switch
        {
            MobileNetVersion.V1 => MobileNetV1.Create(WidthMultiplier, Dropout ?? 0),
            MobileNetVersion.V2 => MobileNetV2.Create(WidthMultiplier, Dropout ?? 0.2),
            MobileNetVersion.V3Small => MobileNetV3.CreateSmall(WidthMultiplier, Dropout ?? 0.2),
            MobileNetVersion.V3Large => MobileNetV3.CreateLarge(WidthMultiplier, Dropout ?? 0.2),
            _ => throw OptionsValidation.Wrong(nameof(Version), Version, "one of the versions"),
        };
    }
}

namespace Microsoft.ML
{
    public static partial class CnnCatalog
    {
        /// <summary>Trains a MobileNet, for devices with little power (Howard et al. 2017 and 2019, Sandler et al. 2018).</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="labelColumnName">The column of labels, a key.</param>
        /// <param name="featureColumnName">The column of images: encoded bytes, MLImage, or a vector of pixels.</param>
        /// <param name="version">Which generation.</param>
        /// <param name="widthMultiplier">Factor on the channels of every layer, above 0, at most 10.</param>
        /// <param name="epochs">How often training goes through the data, at least 1.</param>
        /// <param name="imageSize">Height and width in pixels that images are brought to; null: the vector's own, else 224.</param>
        /// <param name="validationSet">Scored after every epoch; null: none.</param>
        /// <param name="weights">Published weights, a file or a model to start from; null: random weights.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer MobileNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string labelColumnName = "Label",
            string featureColumnName = "Features", MobileNetVersion version = MobileNetVersion.V2, double widthMultiplier = 1, int epochs = 10, int? imageSize = null,
            IDataView? validationSet = null,
            InitialWeights? weights = null) =>
            catalog.MobileNet(Common(new MobileNetOptions { Version = version, WidthMultiplier = widthMultiplier },
                labelColumnName, featureColumnName, epochs, imageSize, validationSet, weights));

        /// <summary>Trains a MobileNet, with every option.</summary>
        /// <param name="catalog">The trainers of multiclass classification.</param>
        /// <param name="options">All options.</param>
        /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
        public static CnnTrainer MobileNet(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, MobileNetOptions options) => Trainer(catalog, options);
    }
}
