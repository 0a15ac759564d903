namespace Ml.Cnn.Trainers.Settings;

/// <summary>The columns that are read and written; see the trainers' options.</summary>
internal sealed record ColumnSettings
{
    public required string FeatureColumnName { get; init; }
    public required string LabelColumnName { get; init; }
    public required string? ExampleWeightColumnName { get; init; }

    [DoesNotAffectResult]
    public required string PredictedLabelColumnName { get; init; }

    [DoesNotAffectResult]
    public required string ScoreColumnName { get; init; }
}
