namespace Ml.Cnn.Evaluation;

/// <summary>
/// What a network's mistakes cost, and what they would cost if the class with the least expected cost were taken instead of the most probable one.
/// </summary>
public sealed record CnnCostEvaluation
{
    /// <summary>The mean cost of an image, with the bootstrap's interval.</summary>
    public required CnnEstimate MeanCost { get; init; }

    /// <summary>
    /// The same if every image were taken for the class of least expected cost, argminⱼ Σᵢ pᵢ · cost(i, j) (Elkan 2001, "The foundations of cost-sensitive
    /// learning", equation 1). It is better only where probabilities can be trusted: see <see cref="CnnCalibrationCurve"/>.
    /// </summary>
    public required CnnEstimate LeastExpectedCost { get; init; }

    /// <summary>How many images would then be taken for another class.</summary>
    public required int ChangedImages { get; init; }

    /// <summary>The mistakes that cost most altogether, the most expensive first: at most ten.</summary>
    public required IReadOnlyList<CnnCostlyMistake> Costliest { get; init; }
}

/// <summary>A mistake and what it costs.</summary>
/// <param name="Actual">The images' class.</param>
/// <param name="Predicted">What they were taken for.</param>
/// <param name="Images">How many there are.</param>
/// <param name="Cost">Of all of them together.</param>
public sealed record CnnCostlyMistake(string Actual, string Predicted, int Images, double Cost);
