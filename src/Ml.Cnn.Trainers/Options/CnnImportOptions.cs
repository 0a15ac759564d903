using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

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
    /// How images become the network's input. Default: as the published weights of the file's name were evaluated, else as the
    /// network's default weights, else the network's own image size and normalization.
    /// </summary>
    public ImagePreprocessing? Preprocessing { get; set; }

    /// <summary>The column of images: encoded bytes (as LoadRawImageBytes gives), MLImage, or a vector of pixels with known dimensions. Default "Features".</summary>
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
}
