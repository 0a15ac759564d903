using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using static Ml.Cnn.Trainers.Settings.OptionCheck;

namespace Ml.Cnn.Trainers;

/// <summary>What <c>mlContext.Model.ImportCnn</c> can be told.</summary>
public sealed class CnnImportOptions
{
    /// <summary>
    /// The classes in the order of the scores, as many as the weights' last layer tells apart. Default: ImageNet's where they are
    /// 1000, else "class0", "class1", ….
    /// </summary>
    public IReadOnlyList<string>? ClassNames { get; set; }

    /// <summary>
    /// The checkpoint's entry that holds the weights, such as "state_dict". Default: the usual one, and averaged weights ("state_dict_ema", "model_ema")
    /// before plain ones.
    /// </summary>
    public string? WeightsKey { get; set; }

    /// <summary>
    /// How images become the network's input, whole. Default: as the published weights of the file's name or content were evaluated, else as
    /// the network's first published weights, else the network's own image size and normalization; the report says which. The options
    /// below change parts of it.
    /// </summary>
    public ImagePreprocessing? Preprocessing { get; set; }

    /// <summary>
    /// Height and width of the network's input in pixels, at least 1. Default: the preprocessing's. Alone, it changes the length that the image's
    /// short side is resized to in proportion.
    /// </summary>
    public int? ImageSize { get; set; }

    /// <summary>
    /// The length in pixels, at least 1, that the image's short side is resized to before its middle is cut out. Default: the preprocessing's.
    /// </summary>
    public int? ResizeShortSide { get; set; }

    /// <summary>The filter for resizing. Default: the preprocessing's.</summary>
    public Interpolation? Interpolation { get; set; }

    /// <summary>Mean of each channel, for pixels scaled to [0, 1]. Default: the preprocessing's.</summary>
    public IReadOnlyList<float>? Mean { get; set; }

    /// <summary>Standard deviation of each channel, above 0, for pixels scaled to [0, 1]. Default: the preprocessing's.</summary>
    public IReadOnlyList<float>? Deviation { get; set; }

    /// <summary>
    /// The column of images: encoded bytes (as LoadRawImageBytes gives), MLImage, or a vector of pixels with known dimensions. Default "Features".
    /// </summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>The output column of the class with the highest score, a key with the class names. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>The output column of the probabilities, one per class, which add up to 1. Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>"auto", "cpu", "cuda" or "cuda:1": see <see cref="CnnTrainerOptions.Device"/>. Default "auto".</summary>
    public string Device { get; set; } = "auto";

    /// <summary>What an image that cannot be decoded does. Default: it fails, and is named.</summary>
    public BadImageHandling OnBadImage { get; set; } = BadImageHandling.Fail;

    /// <summary>Where published weights are kept. Default: the platform's cache folder.</summary>
    public WeightsCache? Cache { get; set; }

    /// <summary>Told how far a download is. Default: none.</summary>
    public IProgress<WeightsProgress>? DownloadProgress { get; set; }

    /// <summary>Ends a download.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Checks what can be checked without the weights.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    internal void Check()
    {
        Name(FeatureColumnName, nameof(FeatureColumnName));
        Name(PredictedLabelColumnName, nameof(PredictedLabelColumnName));
        Name(ScoreColumnName, nameof(ScoreColumnName));
        if (PredictedLabelColumnName == ScoreColumnName)
            throw Wrong(nameof(ScoreColumnName), ScoreColumnName, $"a name other than {nameof(PredictedLabelColumnName)}'s");
        Device(Device, nameof(Device));
        Require(Enum.IsDefined(OnBadImage), nameof(OnBadImage), OnBadImage, "Fail or Skip");
    }
}
