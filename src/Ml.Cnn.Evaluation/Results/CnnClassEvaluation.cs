namespace Ml.Cnn.Evaluation;

/// <summary>How well a class is told from the others.</summary>
/// <remarks>Where a measure has nothing to count, it is NaN: there is no precision of a class that no image was taken for.</remarks>
public sealed record CnnClassEvaluation
{
    /// <summary>The class.</summary>
    public required string Name { get; init; }

    /// <summary>How many images of it there are.</summary>
    public required int Support { get; init; }

    /// <summary>How many images were taken for it.</summary>
    public required int Predicted { get; init; }

    /// <summary>How many of its images were taken for it.</summary>
    public required int Right { get; init; }

    /// <summary>The share of the images taken for it that are of it, 0 to 1, with Wilson's interval.</summary>
    public required CnnEstimate Precision { get; init; }

    /// <summary>The share of its images that were taken for it, 0 to 1, with Wilson's interval.</summary>
    public required CnnEstimate Recall { get; init; }

    /// <summary>The harmonic mean of both, 2 · right ÷ (support + predicted), 0 to 1.</summary>
    public double F1 => Support + Predicted > 0 ? 2.0 * Right / (Support + Predicted) : double.NaN;

    /// <summary>
    /// The mean of the precisions at the thresholds that its images pass one after the other, 0 to 1: Σ (recallₙ − recallₙ₋₁) · precisionₙ over all thresholds
    /// from the highest on, without interpolation, as scikit-learn defines it. Images with equal scores are passed together. NaN where
    /// <see cref="CnnEvaluationOptions.RanksClasses"/> is off.
    /// </summary>
    public required double AveragePrecision { get; init; }

    /// <summary>
    /// The area under the curve of receiver operating characteristics, the class against all others, 0 to 1: the chance that an image of the class scores
    /// higher than one of another, equal scores counted half. NaN where <see cref="CnnEvaluationOptions.RanksClasses"/> is off.
    /// </summary>
    public required double RocArea { get; init; }
}
