namespace Ml.Cnn.Evaluation;

/// <summary>Two networks on the same images.</summary>
public sealed record CnnModelComparison
{
    /// <summary>How many images both have scored.</summary>
    public required int Images { get; init; }

    /// <summary>How many both have right.</summary>
    public required int BothRight { get; init; }

    /// <summary>How many both have wrong.</summary>
    public required int BothWrong { get; init; }

    /// <summary>The rows of the data that only this network has right.</summary>
    public required IReadOnlyList<int> OnlyThis { get; init; }

    /// <summary>The rows of the data that only the other network has right.</summary>
    public required IReadOnlyList<int> OnlyOther { get; init; }

    /// <summary>How many both take for the same class, right or wrong.</summary>
    public required int SameAnswers { get; init; }

    /// <summary>
    /// This network's accuracy less the other's, −1 to 1, with the interval of Agresti and Min 2005, "Simple improved confidence intervals for comparing
    /// matched proportions".
    /// </summary>
    public required CnnEstimate Difference { get; init; }

    /// <summary>
    /// The chance of so large a difference between two networks that are equally good: McNemar's test in its mid-p form, two-sided (McNemar 1947; Fagerland,
    /// Lydersen and Laake 2013, "The McNemar test for binary matched-pairs data").
    /// </summary>
    public required double PValue { get; init; }
}
