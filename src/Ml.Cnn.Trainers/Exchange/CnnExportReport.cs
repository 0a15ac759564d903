namespace Ml.Cnn.Trainers;

/// <summary>What a network's file came to, once it was run beside the network.</summary>
public sealed class CnnExportReport
{
    internal CnnExportReport() { }

    /// <summary>The file's length in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// The largest difference between the file's scores and the network's on drawn images, in batches of one and of three: of probabilities as it is; of
    /// logits as a share of the largest logit, where that is above 1. At most 1e-4, or the file is not handed over.
    /// </summary>
    public required double LargestDifference { get; init; }
}
