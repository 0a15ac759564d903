using System.Globalization;
using Ml.Cnn.Evaluation.Pages;
using Ml.Cnn.Experiments.Results.Writing;

namespace Ml.Cnn.Experiments.Reports;

/// <summary>What there is to know, in plain words.</summary>
internal static class ReportSummary
{
    public static HtmlBuilder Write(CnnExperimentResult result)
    {
        var html = new HtmlBuilder();
        if (result.Leaderboard.Best is not { } best)
        {
            html.Element("p", "No trial came so far as to be measured within the limits.", ("class", "lead"));
            return html.Element("p", Course(result));
        }
        var metric = result.Metric;
        html.Open("p", ("class", "lead")).Text("The best network for these images is ").Element("strong", best.Run.TrainerName)
            .Text($" (trial {Number(best.Run.Trial)}), with {Article(metric)}{Figures.Name(metric).ToLowerInvariant()} of ")
            .Element("strong", Figures.Value(metric, best.Run.ValidationMetrics!.Of(metric))).Text(Interval(best, metric)).Text(".").Close("p");
        html.Open("ul", ("class", "facts"));
        foreach (var fact in (IEnumerable<string?>)[HowSure(result), Cheaper(result, CnnTrialCost.Latency), Cheaper(result, CnnTrialCost.ModelBytes),
            Networks(result), Ensemble(result), Course(result)])
            if (fact is not null)
                html.Element("li", fact);
        return html.Close("ul");
    }

    /// <summary>Why it ended, as a sentence of its own: "It was canceled."</summary>
    public static string End(CnnExperimentResult result) => result.EndReason is [var first, .. var rest]
        ? $"{char.ToUpperInvariant(first)}{rest}{(rest.EndsWith('.') ? "" : ".")}" : "";

    private static string Interval(CnnLeaderboardRow best, CnnExperimentMetric metric) => best.Intervals?.Of(metric) is { } interval
        ? $", with 95 % confidence between {Figures.Value(metric, interval.Lower)} and {Figures.Value(metric, interval.Upper)}" : "";

    private static string? HowSure(CnnExperimentResult result)
    {
        var tested = result.Leaderboard.Rows.Where(row => row.IsNoMoreThanChance is not null).ToArray();
        if (tested.Length == 0)
            return null;
        var alike = tested.Where(row => row.IsNoMoreThanChance == true).ToArray();
        const string Cause = "the choice of the validation images";
        if (alike.Length == 0)
            return $"That is sure as far as {Cause} goes: every other trial is worse by more than chance.";
        var names = string.Join(", ", alike.Take(5).Select(row => $"{row.Run.TrainerName} (trial {Number(row.Run.Trial)})"));
        return $"{Number(alike.Length)} of {Number(tested.Length)} other trials may be as good: their difference from the best is no more than {Cause} "
            + $"explains. These are {names}{(alike.Length > 5 ? $" and {Number(alike.Length - 5)} more" : "")}.";
    }

    // Of those that may be as good as the best one, the cheapest: else the cheapest that costs a little quality.
    private static string? Cheaper(CnnExperimentResult result, CnnTrialCost cost)
    {
        var best = result.Leaderboard.Best!;
        if (best.Run.CostOf(cost) is not { } most)
            return null;
        var (measure, few) = cost == CnnTrialCost.Latency ? ("takes", "Fast") : ("has", "Small");
        var alike = result.Leaderboard.Rows.Where(row => row.IsNoMoreThanChance == true && row.Run.CostOf(cost) < most * 0.8)
            .MinBy(row => row.Run.CostOf(cost));
        if (alike is not null)
        {
            return $"{few} and perhaps as good: {Named(alike)} {measure} {Cost(alike)} instead of {Cost(best)}, "
                + $"at {Figures.Value(result.Metric, alike.Run.ValidationMetrics!.Of(result.Metric))}.";
        }
        var half = result.ParetoFront(cost).LastOrDefault(row => row.Run.CostOf(cost) <= most / 2);
        return half is null ? null
            : $"{few}er at a price: {Named(half)} {measure} {Cost(half)} instead of {Cost(best)}, and gives up {Figures.Difference(result.Metric,
                half.Run.ValidationMetrics!.Of(result.Metric) - best.Run.ValidationMetrics!.Of(result.Metric))}.";

        string Cost(CnnLeaderboardRow row) => Figures.Cost(cost, row.Run.CostOf(cost)) + (cost == CnnTrialCost.Latency ? " for an image" : "");
    }

    private static string? Networks(CnnExperimentResult result)
    {
        var others = result.Leaderboard.Rows.Where(row => row.Rank is not null).GroupBy(row => row.Run.TrainerName).Select(group => group.First())
            .Skip(1).ToArray();
        return others.Length == 0 ? null : "The other networks at their best: " + string.Join(", ", others.Take(6).Select(row =>
            $"{row.Run.TrainerName} {Figures.Value(result.Metric, row.Run.ValidationMetrics!.Of(result.Metric))}"))
            + (others.Length > 6 ? $" and {Number(others.Length - 6)} more." : ".");
    }

    private static string? Ensemble(CnnExperimentResult result) => result.Ensemble is not { } ensemble ? null
        : $"An ensemble of {Number(ensemble.Members.Count)} networks would gain {Figures.Difference(ensemble.Metric, ensemble.ExpectedGain)}"
            + $"{(ensemble.IsMoreThanChance ? "" : ", which may be chance,")} and costs {Costs(ensemble)}: "
            + string.Join(", ", ensemble.Members.Select(member => string.Create(CultureInfo.InvariantCulture,
                $"{member.TrainerName} (trial {member.Trial}, weight {member.Weight:0.00})"))) + ".";

    private static string Costs(CnnEnsembleSuggestion ensemble) => ensemble.LatencyMilliseconds is { } latency
        ? $"{Figures.Milliseconds(latency)} for an image and {Figures.Bytes(ensemble.ModelBytes)}" : Figures.Bytes(ensemble.ModelBytes);

    private static string Course(CnnExperimentResult result)
    {
        var failed = result.RunDetails.Count(ReportFailures.IsFailure);
        var networks = result.RunDetails.Select(run => run.TrainerName).Distinct().Count();
        return $"{Number(result.RunDetails.Count)} trials of {Number(networks)} {(networks == 1 ? "network" : "networks")} in "
            + $"{Figures.Duration(result.Spent.Time.TotalSeconds)}, {Figures.Count(result.Spent.Images)} images of training; the budget was {result.Budget}. "
            + $"{(failed > 0 ? $"{Number(failed)} of the trials failed or were over a limit. " : "")}{End(result)}";
    }

    private static string Named(CnnLeaderboardRow row) => $"{row.Run.TrainerName} (trial {Number(row.Run.Trial)})";

    private static string Article(CnnExperimentMetric metric) => metric == CnnExperimentMetric.Accuracy ? "an " : "a ";

    private static string Number(int number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
