using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>report.html: what an experiment found out, in words, tables and charts.</summary>
internal static class ExperimentReport
{
    public static string Write(CnnExperimentResult result)
    {
        var (data, spent) = (result.Outcome.Data, result.Spent);
        List<HtmlSection> sections = [new("summary", "Summary", ReportSummary.Write(result))];
        if (result.Leaderboard.Best is not null)
        {
            sections.Add(new("leaderboard", "Leaderboard", ReportLeaderboard.Write(result)));
            sections.Add(new("cost", $"{Figures.Name(result.Metric)} against cost", ReportCharts.Costs(result)));
            if (ReportCharts.Curves(result) is { } curves)
                sections.Add(new("curves", "Learning curves", curves));
            sections.Add(new("importance", "What mattered", ReportSettings.Importances(result)));
            sections.Add(new("winner", "Train the best network yourself", ReportSettings.Winner(result)));
        }
        if (result.RunDetails.Any(ReportFailures.IsFailure))
            sections.Add(new("failures", "What failed, and why", ReportFailures.Write(result)));
        sections.Add(new("budget", "Where the budget went", ReportSettings.Budget(result)));
        sections.Add(new("settings", "Settings", ReportSettings.Write(result)));
        var images = string.Create(CultureInfo.InvariantCulture,
            $"{data.TrainingImages:#,0} images to learn from, {data.ValidationImages:#,0} to validate with");
        return HtmlPage.Write(
            data.Source is { } source ? $"Which network for {source}?" : "Which network for these images?",
            string.Create(CultureInfo.InvariantCulture, $"{spent.Trials} trials · {data.Classes.Count:#,0} classes · {images}"),
            sections);
    }
}
