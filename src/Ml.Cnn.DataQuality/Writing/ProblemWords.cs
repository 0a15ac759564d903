namespace Ml.Cnn.DataQuality.Writing;

/// <summary>What kinds of findings are called.</summary>
internal static class ProblemWords
{
    /// <summary>A kind as a word of files: "labelError".</summary>
    public static string Word<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>"3 label errors".</summary>
    public static string Count(DataProblemKind kind, int count) => FormattableString.Invariant($"{count} {(count == 1 ? One(kind) : Several(kind))}");

    /// <summary>"label error".</summary>
    private static string One(DataProblemKind kind) => kind switch
    {
        DataProblemKind.ConflictingDuplicate => "duplicate with another label",
        DataProblemKind.Leak => "leak from the validation set",
        DataProblemKind.LabelError => "probable label error",
        DataProblemKind.Duplicate => "duplicate",
        DataProblemKind.NearDuplicate => "near duplicate",
        DataProblemKind.Unreadable => "image that cannot be read",
        DataProblemKind.Blank => "blank image",
        DataProblemKind.Tiny => "tiny image",
        DataProblemKind.Odd => "oddity",
        _ => "outlier",
    };

    /// <summary>"label errors".</summary>
    public static string Several(DataProblemKind kind) => kind switch
    {
        DataProblemKind.ConflictingDuplicate => "duplicates with other labels",
        DataProblemKind.Leak => "leaks from the validation set",
        DataProblemKind.Unreadable => "images that cannot be read",
        DataProblemKind.Odd => "oddities",
        _ => One(kind) + "s",
    };
}
