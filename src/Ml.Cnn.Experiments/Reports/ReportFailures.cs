using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>The trials of which nothing came, and their reasons.</summary>
internal static class ReportFailures
{
    public static bool IsFailure(CnnRunDetail run) =>
        run.Status is CnnTrialStatus.OverLimit or CnnTrialStatus.NotFinite or CnnTrialStatus.OutOfMemory or CnnTrialStatus.Failed;

    public static HtmlBuilder Write(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        HtmlTable.Write(html, "Trials that failed or are over a limit",
        [
            HtmlColumn<CnnRunDetail>.Number("Trial", run => run.Trial.ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<CnnRunDetail>.Text("Network", run => run.TrainerName, isHeading: true),
            HtmlColumn<CnnRunDetail>.Text("Status", run => Figures.Status(run.Status)),
            HtmlColumn<CnnRunDetail>.Sentences("Reason", run => run.Reason ?? Figures.Unknown),
            HtmlColumn<CnnRunDetail>.Number("Epochs", run => run.Epochs.ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<CnnRunDetail>.Text("Settings", run => SettingsText.Of(run.Configuration)),
        ], result.RunDetails.Where(IsFailure));
        return html;
    }
}
