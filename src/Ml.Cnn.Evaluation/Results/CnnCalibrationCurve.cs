using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation;

/// <summary>Whether a network is as often right as its probabilities say.</summary>
public sealed record CnnCalibrationCurve
{
    /// <summary>15 bins of equal width; those without images too.</summary>
    public required IReadOnlyList<CalibrationBin> EqualWidth { get; init; }

    /// <summary>15 bins of as equal a number of images as may be, fewer where many images have one probability: those are never parted.</summary>
    public required IReadOnlyList<CalibrationBin> EqualMass { get; init; }

    /// <summary>The expected calibration error over <see cref="EqualWidth"/>, see <see cref="CalibrationError"/>.</summary>
    public required double Error { get; init; }

    /// <summary>
    /// The same over <see cref="EqualMass"/> (Nixon et al. 2019, "Measuring calibration in deep learning"): of a network that is nearly always sure, bins of
    /// equal width hold hardly an image but in the last.
    /// </summary>
    public required double EqualMassError { get; init; }

    /// <summary>
    /// The Brier score: the mean over images of Σ (pᵢ − yᵢ)² over all classes, y being 1 for the right one, from 0 to 2 (Brier 1950, "Verification of
    /// forecasts expressed in terms of probability", equation 2).
    /// </summary>
    public required double BrierScore { get; init; }
}
