using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>Everything about a trained network but its weights: what scores are made from and what model.zip keeps as JSON.</summary>
internal sealed record CnnModel
{
    public required Architecture Architecture { get; init; }
    public required NetworkShape Shape { get; init; }
    public required ImagePreprocessing Preprocessing { get; init; }
    public required ImageAugmentation? Augmentation { get; init; }
    public required PixelLayout PixelLayout { get; init; }
    public required BadImageHandling OnBadImage { get; init; }
    public required string FeatureColumnName { get; init; }
    public required string PredictedLabelColumnName { get; init; }
    public required string ScoreColumnName { get; init; }
    public required ClassValues Classes { get; init; }
    public required IReadOnlyList<CnnEpoch> History { get; init; }
    public required StopReason StopReason { get; init; }
    /// <summary>How scores are computed.</summary>
    public CnnScoringOptions Scoring { get; init; } = new();
    /// <summary>What is known of the scores' worth; null for nothing.</summary>
    public CnnCalibration? Calibration { get; init; }
    /// <summary>How the network was trained; null for weights that were imported.</summary>
    public required TrainingDescription? Training { get; init; }

    /// <summary>The columns and classes of the scores.</summary>
    public ScoreDescription Scores => new()
    {
        FeatureColumnName = FeatureColumnName,
        PredictedLabelColumnName = PredictedLabelColumnName,
        ScoreColumnName = ScoreColumnName,
        Classes = Classes,
        OnBadImage = OnBadImage,
        Calibration = Calibration,
    };
}
