using Microsoft.ML;

namespace Ml.Cnn.DataQuality;

/// <summary>What is looked for in a data set, and with what.</summary>
/// <remarks>
/// Without <see cref="Trainer"/> and <see cref="Model"/> there are neither label errors nor outliers, and near duplicates are found by perceptual hashes alone.
/// </remarks>
public sealed class DataProblemOptions
{
    /// <summary>The column of images: encoded bytes, pixels or MLImage. Where there is none, the files that the paths name are read. Default "Image".</summary>
    public string ImageColumnName { get; set; } = "Image";

    /// <summary>The column of the images' paths or names, which the report uses; it may be missing. Default "ImagePath".</summary>
    public string ImagePathColumnName { get; set; } = "ImagePath";

    /// <summary>The column of labels: text, a key, a number or a Boolean. Default "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>
    /// Trains the networks that score the images: a pipeline from the data to scores, such as MapValueToKey and a trainer of this library. It is fitted once
    /// for each fold, on the others. Default: none.
    /// </summary>
    public IEstimator<ITransformer>? Trainer { get; set; }

    /// <summary>How many parts the data is dealt out in for <see cref="Trainer"/>; 2 or more. Default 5.</summary>
    public int Folds { get; set; } = 5;

    /// <summary>
    /// A trained pipeline, or its network, that scores the images where there is no <see cref="Trainer"/>, and whose features are compared. Images that it has
    /// learned from hide their wrong labels: it finds most in images that it has not seen. Default: none; features are then those of the first fold's network.
    /// </summary>
    public ITransformer? Model { get; set; }

    /// <summary>Images with the same columns that the data is to have nothing in common with. Default: none.</summary>
    public IDataView? Validation { get; set; }

    /// <summary>
    /// Which rows are in which fold. Default: the seed of the <see cref="MLContext"/>, or 0 if it has none. The trainer has a seed of its own.
    /// </summary>
    public int? Seed { get; set; }

    /// <summary>Which images are called label errors, once it is known how many there are. Default: by noise rate.</summary>
    public LabelErrorFilter LabelErrors { get; set; }

    /// <summary>
    /// In how many of 64 bits the perceptual hashes of two pictures may differ for these to be compared; 0 to 15. Default 10.
    /// </summary>
    public int HashDistance { get; set; } = 10;

    /// <summary>An image is far from the others if its k-th nearest neighbor is; 1 or more. Default 10.</summary>
    public int NeighborRank { get; set; } = 10;

    /// <summary>
    /// From how many median deviations from the median on an image stands out: in shape, colors and sharpness, by the distance of its neighbors, and by its
    /// likeness to another; above 0. Default 3.5 (Iglewicz and Hoaglin 1993).
    /// </summary>
    public double Deviations { get; set; } = 3.5;

    /// <summary>Told what is being done. Default: nobody.</summary>
    public IProgress<DataProblemProgress>? Progress { get; set; }

    /// <summary>Ends the work; a training under way is ended by the trainer's own.</summary>
    public CancellationToken CancellationToken { get; set; }
}

/// <summary>What a search is at.</summary>
/// <param name="Stage">In words: "Training fold 2 of 5".</param>
public sealed record DataProblemProgress(string Stage);
