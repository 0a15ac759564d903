namespace Ml.Cnn.Evaluation.Reports;

/// <summary>Numbers as the page writes them.</summary>
internal static class ReportFigures
{
    public const string Unknown = "–";

    /// <summary>"93.1 %".</summary>
    public static string Percent(double share) => double.IsNaN(share) ? Unknown : Invariant($"{share * 100:0.0} %");

    /// <summary>"0.9312".</summary>
    public static string Number(double value) => double.IsNaN(value) ? Unknown : Invariant($"{value:0.0000}");

    /// <summary>"12,345".</summary>
    public static string Count(int count) => Invariant($"{count:#,0}");

    /// <summary>"1 image", "12,345 images".</summary>
    public static string Images(int count) => count == 1 ? "1 image" : Count(count) + " images";

    /// <summary>"92.6 to 93.6 %".</summary>
    public static string PercentInterval(CnnInterval interval) =>
        double.IsNaN(interval.Lower) ? Unknown : Invariant($"{interval.Lower * 100:0.0} to {interval.Upper * 100:0.0} %");

    /// <summary>"0.2134 to 0.2412".</summary>
    public static string NumberInterval(CnnInterval interval) => double.IsNaN(interval.Lower) ? Unknown : interval.ToString();

    /// <summary>"= 0.021", or "&lt; 0.001".</summary>
    public static string Probability(double p) => p < 0.001 ? "< 0.001" : Invariant($"= {p:0.000}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
