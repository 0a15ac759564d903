namespace Ml.Cnn.DataQuality;

/// <summary>One finding about one image.</summary>
public sealed record DataProblem
{
    internal DataProblem() { }

    /// <summary>What is wrong.</summary>
    public required DataProblemKind Kind { get; init; }

    /// <summary>The image's row in the data, from 0.</summary>
    public required long Row { get; init; }

    /// <summary>The image's path, or its name in the archive; "row 12" where it has neither.</summary>
    public required string File { get; init; }

    /// <summary>The label that the data gives the image.</summary>
    public required string Class { get; init; }

    /// <summary>The class that the image probably has; null where none is proposed.</summary>
    public string? ProposedClass { get; init; }

    /// <summary>
    /// How sure the finding is, to be compared with others of its kind. Label errors: (1 + p of the proposed class − p of the label) / 2, 0.5 to 1.
    /// Duplicates and leaks: the correlation of both pictures, up to 1. Tiny and odd images and outliers: how many median deviations the image is from the
    /// median, <see cref="DataProblemOptions.Deviations"/> and more; of rare colors the share of the other images, 0.9 to 1. Others: 1.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>Why, as a sentence with the numbers.</summary>
    public required string Reason { get; init; }

    /// <summary>The other image of a duplicate or leak; null for other kinds.</summary>
    public string? Other { get; init; }

    /// <summary>The row of the other image: of the validation set for a leak, else of the data; null for other kinds.</summary>
    public long? OtherRow { get; init; }

    /// <summary>What is proposed to do.</summary>
    public DataProblemAction Action { get; init; }

    /// <summary>"LabelError: 4/17.png (4): probably 9, …".</summary>
    public override string ToString() => $"{Kind}: {File} ({Class}): {Reason}";
}
