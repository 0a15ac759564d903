namespace Ml.Cnn.Trainers;

/// <summary>What is scored, and into which columns, whatever computes it.</summary>
internal sealed record ScoreDescription
{
    /// <summary>The column of prediction sets, where there are any.</summary>
    public const string SetColumnName = "PredictedSet";

    /// <summary>The column of images.</summary>
    public required string FeatureColumnName { get; init; }

    /// <summary>The column of the most probable class.</summary>
    public required string PredictedLabelColumnName { get; init; }

    /// <summary>The column of the probabilities.</summary>
    public required string ScoreColumnName { get; init; }

    /// <summary>The classes in the order of the scores.</summary>
    public required ClassValues Classes { get; init; }

    /// <summary>What an image that cannot be decoded does.</summary>
    public required BadImageHandling OnBadImage { get; init; }

    /// <summary>What is known of the scores' worth; null for nothing.</summary>
    public CnnCalibration? Calibration { get; init; }
}
