using Ml.Cnn.Evaluation.Reports;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Evaluation;

/// <summary>An evaluation as users have it: a page, and a file for programs.</summary>
public static class CnnEvaluationReport
{
    /// <summary>The page's name in its folder.</summary>
    public const string PageName = "report.html";

    /// <summary>The name of the file for programs.</summary>
    public const string JsonName = "report.json";

    /// <summary>
    /// Writes report.html, one page that needs nothing beside it, no script and no network, and report.json, all numbers for programs. Earlier ones are
    /// replaced.
    /// </summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="folder">Where to; it is made where there is none.</param>
    /// <param name="options">Images, thumbnails, another network; null: the defaults, without images.</param>
    /// <exception cref="ArgumentException">An option is outside its range, a column of the images is missing or of another type, or the other network was
    /// evaluated on other images.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static void SaveReport(this CnnEvaluation evaluation, string folder, CnnEvaluationReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new();
        options.Validate();
        var comparison = options.Against is { } other ? evaluation.CompareWith(other) : null;
        var page = new ReportPage(evaluation, comparison, options).Write();
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Join(folder, PageName), page);
        AtomicFile.WriteText(Path.Join(folder, JsonName), evaluation.ToJson(comparison));
    }

    /// <summary>All numbers as one JSON object on one line. NaN, for what has nothing to count, is null.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="comparison">With another network; null: none.</param>
    public static string ToJson(this CnnEvaluation evaluation, CnnModelComparison? comparison = null)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return EvaluationJson.Write(evaluation, comparison);
    }
}
