namespace Ml.Cnn.DataQuality;

/// <summary>What kinds of findings are called, for programs that show a report.</summary>
public static class DataProblemKindWords
{
    /// <summary>Several of a kind: "probable label errors".</summary>
    /// <param name="kind">The kind.</param>
    public static string InWords(this DataProblemKind kind) => kind switch
    {
        DataProblemKind.ConflictingDuplicate => "duplicates with other labels",
        DataProblemKind.Leak => "images of the validation set",
        DataProblemKind.LabelError => "probable label errors",
        DataProblemKind.Duplicate => "duplicates",
        DataProblemKind.NearDuplicate => "near duplicates",
        DataProblemKind.Unreadable => "images that cannot be read",
        DataProblemKind.Blank => "blank images",
        DataProblemKind.Tiny => "tiny images",
        DataProblemKind.Odd => "oddities",
        DataProblemKind.Outlier => "outliers",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, $"The kinds are: {string.Join(", ", Enum.GetNames<DataProblemKind>())}."),
    };
}
