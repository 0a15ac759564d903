namespace Ml.Cnn.Trainers.Settings;

/// <summary>What validation and the returned model take from many steps or many images, rather than from the last step.</summary>
internal sealed record AveragingSettings
{
    /// <summary>Images that the statistics of batch normalization are computed from; null: the running averages of training.</summary>
    public required int? PreciseBatchNorm { get; init; }

    /// <summary>The equal average of the last epochs' weights; null: none.</summary>
    public required StochasticWeightAveraging? WeightAveraging { get; init; }
}
