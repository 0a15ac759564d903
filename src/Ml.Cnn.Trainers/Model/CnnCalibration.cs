namespace Ml.Cnn.Trainers;

/// <summary>
/// What was learned from validation images about how far a classifier's probabilities can be trusted: see <see cref="CnnClassifier.FitCalibration"/> and
/// <see cref="CnnClassifier.WithCalibration"/>. Saved with the model.
/// </summary>
/// <remarks>
/// Guo et al. 2017, "On calibration of modern neural networks", section 4.2 (temperature scaling); Sadinle, Lei and Wasserman 2019, "Least ambiguous
/// set-valued classifiers with bounded error levels" (prediction sets, with the finite-sample quantile of split conformal prediction).
/// </remarks>
public sealed record CnnCalibration
{
    /// <summary>
    /// What logits are divided by, above 0: above 1 where the network is surer than it is right, below 1 where it is less sure. Default 1: probabilities
    /// stay as they are. The class with the highest probability is the same.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The share of images, above 0 and below 1, whose prediction set holds their class; null, the default, for no sets.</summary>
    public double? Coverage { get; init; }

    /// <summary>The probability, 0 to 1, from which on a class belongs to the prediction set; null where there is no <see cref="Coverage"/>.</summary>
    public double? SetThreshold { get; init; }

    /// <summary>Images that were used.</summary>
    public int Images { get; init; }

    /// <summary>
    /// The expected calibration error before, 0 to 1: by how much the probability of the predicted class and the share of right answers differ, over 15 bins
    /// of equal width (Guo et al. 2017, equation 3).
    /// </summary>
    public double ErrorBefore { get; init; }

    /// <summary>The same afterwards, on the same images.</summary>
    public double ErrorAfter { get; init; }

    /// <summary>The log loss before: the mean of −ln of the right class's probability.</summary>
    public double LogLossBefore { get; init; }

    /// <summary>The same afterwards, on the same images.</summary>
    public double LogLossAfter { get; init; }

    /// <summary>Complains about the first value that makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message says which.</exception>
    internal void Validate()
    {
        if (!(Temperature > 0 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "A temperature must be above 0 and finite.");
        if (Coverage is { } coverage && !(coverage > 0 && coverage < 1))
            throw new ArgumentOutOfRangeException(nameof(Coverage), coverage, "A coverage must be above 0 and below 1.");
        if (Coverage is null != SetThreshold is null)
            throw new ArgumentOutOfRangeException(nameof(SetThreshold), SetThreshold, "A coverage and a threshold come together.");
        if (SetThreshold is { } threshold && threshold is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(SetThreshold), threshold, "A threshold must be from 0 to 1.");
    }
}
