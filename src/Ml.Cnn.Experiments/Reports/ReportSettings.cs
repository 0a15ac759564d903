using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>What was set, what it mattered, what it cost, and how to have the best once more.</summary>
internal static class ReportSettings
{
    private const int MostClasses = 20;

    public static HtmlBuilder Importances(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        if (result.Importances.Count == 0)
            return html.Element("p", "With fewer than ten measured trials, or trials that do not differ, there is nothing to say about what mattered.");
        html.Element("p", "The share of the variation of the score, over everything that was tried, that comes from each setting by itself (functional ANOVA "
            + "on a random forest). What is missing to 100 % comes from settings in combination. Trials are compared behind the first rung, where all are "
            + "trained equally long.", ("class", "note"));
        HtmlTable.Write(html, "Importance of the settings",
        [
            HtmlColumn<CnnSettingImportance>.Text("Setting", one => PropertyNames.InWords(one.Setting), isHeading: true),
            HtmlColumn<CnnSettingImportance>.Number("Share", one => Percent(one.Importance)),
            new("As a bar", Bar),
            HtmlColumn<CnnSettingImportance>.Text("Is it real?", one => one.IsMoreThanChance ? "more than chance" : "no more than chance"),
        ], result.Importances);
        return html;
    }

    public static HtmlBuilder Winner(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        if (result.WriteCommand() is { } command)
        {
            html.Element("h3", "As a command");
            html.Open("pre", ("tabindex", "0"), ("aria-label", "Command line")).Element("code", command).Close("pre");
            if (result.Outcome.Data is { ValidationFraction: not null, SplitSeed: var seed } && seed != result.BestRun!.Configuration.Seed)
                html.Element("p", "The command draws other images to validate with than the experiment did.", ("class", "note"));
        }
        html.Element("h3", "As a C# program").Open("pre", ("tabindex", "0"), ("aria-label", "C# program")).Element("code", result.WriteCode()!).Close("pre");
        return html.Element("p", "A click on either selects the whole of it.", ("class", "note"));
    }

    public static HtmlBuilder Budget(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        var total = Math.Max(result.RunDetails.Sum(run => run.RuntimeInSeconds), double.Epsilon);
        html.Element("p", $"{result.Budget}, of which {Figures.Duration(result.Spent.Time.TotalSeconds)}, {Figures.Count(result.Spent.Images)} images and "
            + string.Create(CultureInfo.InvariantCulture, $"{result.Spent.Trials} trials were spent. ") + ReportSummary.End(result));
        var best = result.Leaderboard.Rows.Where(row => row.Rank is not null).GroupBy(row => row.Run.TrainerName)
            .ToDictionary(group => group.Key, group => group.First());
        HtmlTable.Write(html, "By network",
        [
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Text("Network", group => group.Key, isHeading: true),
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Number("Trials", group => group.Count().ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Number("Best " + Figures.Name(result.Metric).ToLowerInvariant(), group =>
                best.TryGetValue(group.Key, out var row) ? Figures.Value(result.Metric, row.Run.ValidationMetrics!.Of(result.Metric)) : Figures.Unknown),
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Number("Images", group => Figures.Count(group.Sum(run => run.ImagesSeen))),
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Number("Time", group => Figures.Duration(group.Sum(run => run.RuntimeInSeconds))),
            HtmlColumn<IGrouping<string, CnnRunDetail>>.Number("Share of time", group => Percent(group.Sum(run => run.RuntimeInSeconds) / total)),
        ], result.RunDetails.GroupBy(run => run.TrainerName).OrderByDescending(group => group.Sum(run => run.RuntimeInSeconds)));
        HtmlTable.Write(html, "By how far trials were trained",
        [
            HtmlColumn<IGrouping<int, CnnRunDetail>>.Number("Epochs", group => group.Key.ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<IGrouping<int, CnnRunDetail>>.Number("Trials", group => group.Count().ToString(CultureInfo.InvariantCulture)),
            HtmlColumn<IGrouping<int, CnnRunDetail>>.Number("Images", group => Figures.Count(group.Sum(run => run.ImagesSeen))),
            HtmlColumn<IGrouping<int, CnnRunDetail>>.Number("Share of time", group => Percent(group.Sum(run => run.RuntimeInSeconds) / total)),
        ], result.RunDetails.GroupBy(run => run.Epochs).OrderBy(group => group.Key));
        return html;
    }

    public static HtmlBuilder Write(CnnExperimentResult result)
    {
        var (html, outcome) = (new HtmlBuilder(), result.Outcome);
        var (data, limits) = (outcome.Data, outcome.Limits);
        html.Open("dl");
        Say("Metric", Figures.Name(result.Metric));
        Say("Budget", result.Budget.ToString());
        Say("Images", data.Source);
        Say("Validation", Validation(data));
        Say("Classes", string.Create(CultureInfo.InvariantCulture, $"{data.Classes.Count:#,0}: {string.Join(", ", data.Classes.Take(MostClasses))}")
            + (data.Classes.Count > MostClasses ? ", …" : ""));
        Say("Rungs", $"{string.Join(", ", outcome.Rungs.Ends)} epochs");
        Say("At most", limits is { Parameters: null, ModelBytes: null, Latency: null } ? null : string.Join(", ", ((string?[])
        [
            limits.Parameters is { } parameters ? Figures.Count(parameters) + " parameters" : null,
            limits.ModelBytes is { } bytes ? Figures.Bytes(bytes) : null,
            limits.Latency is { } latency ? Figures.Milliseconds(latency.TotalMilliseconds) + " for an image" : null,
        ]).OfType<string>()));
        foreach (var (name, value) in outcome.Settings)
            Say(name, value);
        return html.Close("dl");

        void Say(string name, string? value)
        {
            if (value is not null)
                html.Element("dt", name).Element("dd", value);
        }
    }

    private static string Validation(ExperimentData data) =>
        data.Folds is { } folds ? string.Create(CultureInfo.InvariantCulture, $"{folds} folds take turns, seed {data.SplitSeed}")
        : data.ValidationFraction is { } fraction
            ? string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0.##} % of each class, {data.ValidationImages:#,0} images, seed {data.SplitSeed}")
        : data.ValidationSource ?? string.Create(CultureInfo.InvariantCulture, $"a set of its own, {data.ValidationImages:#,0} images");

    private static void Bar(HtmlBuilder html, CnnSettingImportance one)
    {
        var width = string.Create(CultureInfo.InvariantCulture, $"width:{Math.Clamp(one.Importance, 0, 1) * 100:0.#}%");
        html.Open("div", ("class", one.IsMoreThanChance ? "bar" : "bar weak"), ("aria-hidden", "true")).Element("span", "", ("style", width)).Close("div");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
