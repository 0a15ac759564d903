namespace Ml.Cnn.Trainers;

/// <summary>What <see cref="CnnClassifier.FitCalibration"/> learns.</summary>
public sealed record CnnCalibrationOptions
{
    /// <summary>Whether a temperature is fitted. Default true; false: probabilities stay as they are.</summary>
    public bool Temperature { get; init; } = true;

    /// <summary>
    /// The share of images, above 0 and below 1, whose prediction set is to hold their class: 0.9 needs at least 9 images, 0.99 at least 99, and several
    /// hundred make it precise. Default null: no sets.
    /// </summary>
    public double? Coverage { get; init; }
}
