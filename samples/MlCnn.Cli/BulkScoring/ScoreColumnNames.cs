using System.Globalization;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// The columns of tables: image, label, probability, then label2, probability2 and so on for the runners-up, and error. The best class has no number, so that
/// the columns that most readers want are called the same however many follow.
/// </summary>
internal static class ScoreColumnNames
{
    public const string Image = "image";
    public const string Error = "error";

    private const string LabelStem = "label";
    private const string ProbabilityStem = "probability";

    /// <param name="rank">From 0, the best.</param>
    public static string Label(int rank) => LabelStem + Number(rank);

    /// <param name="rank">From 0, the best.</param>
    public static string Probability(int rank) => ProbabilityStem + Number(rank);

    private static string Number(int rank) => rank == 0 ? "" : (rank + 1).ToString(CultureInfo.InvariantCulture);
}
