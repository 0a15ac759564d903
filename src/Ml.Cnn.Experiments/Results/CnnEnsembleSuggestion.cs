namespace Ml.Cnn.Experiments;

/// <summary>Networks of an experiment whose averaged probabilities are better than the best network by itself.</summary>
/// <remarks>
/// Chosen greedily on the validation images, with replacement (Caruana et al. 2004, "Ensemble Selection from Libraries of Models"). A choice is too optimistic
/// about the images that it was made on. The gain is therefore measured on images that had no part in it: chosen on one half and measured on the other, both
/// ways, against the network that is best on the same half.
/// </remarks>
public sealed record CnnEnsembleSuggestion
{
    internal CnnEnsembleSuggestion() { }

    /// <summary>The trials and what each network's probabilities weigh, from the heaviest; 1 together.</summary>
    public required IReadOnlyList<CnnEnsembleMember> Members { get; init; }

    /// <summary>The metric that was to be made as good as possible.</summary>
    public required CnnExperimentMetric Metric { get; init; }

    /// <summary>What the metric of such an ensemble comes to on images that it was not chosen on.</summary>
    public required double ExpectedMetric { get; init; }

    /// <summary>By how much that is better than the best network, chosen and measured in the same way; above 0, also where lower values are better.</summary>
    public required double ExpectedGain { get; init; }

    /// <summary>The probability of so large a difference, in either direction, if there were none: a paired test on the same images.</summary>
    public required double PValue { get; init; }

    /// <summary>Whether <see cref="PValue"/> is below 0.05.</summary>
    public bool IsMoreThanChance => PValue < CnnLeaderboard.ChanceLevel;

    /// <summary>What one image costs in multiply-adds: of all networks together; null where one is not known.</summary>
    public required long? MultiplyAdds { get; init; }

    /// <summary>Milliseconds for one image, the networks one after the other; null where one was not measured.</summary>
    public required double? LatencyMilliseconds { get; init; }

    /// <summary>Bytes of all weights together.</summary>
    public required long ModelBytes { get; init; }
}

/// <summary>A network of an ensemble.</summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="TrainerName">The network's name.</param>
/// <param name="Weight">What its probabilities weigh, above 0 and at most 1.</param>
public sealed record CnnEnsembleMember(int Trial, string TrainerName, double Weight);
