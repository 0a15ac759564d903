using System.Globalization;
using Ml.Cnn.DataQuality.Writing;
using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.DataQuality.Reports;

/// <summary>report.html: what may be wrong with a data set, with the images.</summary>
internal static class ProblemPage
{
    /// <summary>Findings of a kind that the page shows; the list has all of them.</summary>
    public const int MostShown = 100;

    private const int MostPairs = 20;

    private const string Style = """

        ul.cards { list-style: none; padding: 0; margin: 12px 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 12px; }
        ul.cards > li { border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; background: var(--panel); font-size: .88rem; }
        .pictures { display: flex; gap: 8px; min-height: 60px; align-items: flex-start; }
        .pictures img { max-width: 112px; max-height: 112px; min-width: 56px; image-rendering: auto; background: var(--paper); border: 1px solid var(--line); }
        .pictures img.small { width: 84px; image-rendering: pixelated; }
        .cards p { margin: 6px 0 0; } .cards .file { overflow-wrap: anywhere; color: var(--soft); } .cards .score { float: right; color: var(--soft); }

        """;

    /// <param name="report">The findings.</param>
    /// <param name="images">Where the pictures are from.</param>
    /// <param name="folder">What paths are shown from; null: as they are.</param>
    public static string Write(DataProblemReport report, ReportImages images, string? folder)
    {
        var kinds = report.Problems.GroupBy(problem => problem.Kind).ToDictionary(group => group.Key, group => group.ToArray());
        var shown = kinds.Values.SelectMany(problems => problems.Take(MostShown)).ToArray();
        var ofData = images.Thumbnails(images.Data, shown.SelectMany(RowsOfData).ToHashSet());
        var ofValidation = images.Validation is { } validation
            ? images.Thumbnails(validation, shown.Where(problem => problem.Kind == DataProblemKind.Leak).Select(problem => problem.OtherRow!.Value).ToHashSet())
            : [];

        List<HtmlSection> sections = [new("summary", "Summary", Summary(report, kinds))];
        foreach (var kind in kinds.Keys.Order())
            sections.Add(new(ProblemWords.Word(kind), Heading(kind), Cards(kind, kinds[kind], ofData, ofValidation, folder)));
        if (report.ConfusedClasses.Count > 0)
            sections.Add(new("classes", "Classes that are hard to tell apart", Confused(report)));
        var size = string.Create(CultureInfo.InvariantCulture, $"{report.Images:#,0} images · {report.Classes.Count:#,0} classes");
        return HtmlPage.Write("What may be wrong with these images?", size, sections, Style);
    }

    private static IEnumerable<long> RowsOfData(DataProblem problem) =>
        problem.OtherRow is { } other && problem.Kind != DataProblemKind.Leak ? [problem.Row, other] : [problem.Row];

    private static string Heading(DataProblemKind kind)
    {
        var words = kind.InWords();
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    private static HtmlBuilder Summary(DataProblemReport report, Dictionary<DataProblemKind, DataProblem[]> kinds)
    {
        var html = new HtmlBuilder();
        if (kinds.Count == 0)
            html.Element("p", "Nothing was found.", ("class", "lead"));
        html.Open("ul", ("class", "facts"));
        foreach (var (kind, problems) in kinds.OrderBy(pair => pair.Key))
        {
            html.Open("li").Element("a", string.Create(CultureInfo.InvariantCulture, $"{Heading(kind)}: {problems.Length:#,0}"),
                ("href", "#" + ProblemWords.Word(kind))).Close("li");
        }
        if (report.Agreement is { } agreement)
        {
            var who = report.Probabilities == ProbabilitySource.OutOfFold ? "Networks that have not seen the images" : "The model";
            html.Element("li", FormattableString.Invariant($"{who} agree{(who[0] == 'T' ? "s" : "")} with {agreement * 100:0.0} % of the labels; ")
                + FormattableString.Invariant($"{report.EstimatedLabelErrors * 100:0.0} % of the labels are wrong, as the confident joint counts."));
        }
        html.Close("ul");
        foreach (var note in report.Notes)
            html.Element("p", note, ("class", "note"));
        return html.Element("p", "problems.csv has every finding with a proposed action: exclude, relabel or review. Change what you see otherwise, and give "
            + "it to mlcnn train --exclude problems.csv --relabel problems.csv, or to mlContext.Data.CorrectProblems.");
    }

    private static HtmlBuilder Cards(DataProblemKind kind, DataProblem[] problems, Dictionary<long, string> ofData, Dictionary<long, string> ofValidation,
        string? folder)
    {
        var html = new HtmlBuilder();
        html.Element("p", ProblemExplanation.Of(kind));
        if (problems.Length > MostShown)
            html.Element("p", string.Create(CultureInfo.InvariantCulture, $"The first {MostShown} of {problems.Length:#,0}."), ("class", "note"));
        html.Open("ul", ("class", "cards"));
        foreach (var problem in problems.Take(MostShown).Select(problem => ProblemPath.From(folder, problem)))
        {
            html.Open("li").Open("div", ("class", "pictures"));
            Picture(html, ofData.GetValueOrDefault(problem.Row), $"{problem.Class}: {problem.File}");
            if (problem.OtherRow is { } other)
                Picture(html, (kind == DataProblemKind.Leak ? ofValidation : ofData).GetValueOrDefault(other), problem.Other!);
            html.Close("div").Open("p").Element("span", problem.Score.ToString("0.000", CultureInfo.InvariantCulture), ("class", "score"), ("title", "score"));
            html.Element("strong", problem.ProposedClass is { } proposed ? $"{problem.Class} → {proposed}" : problem.Class).Close("p");
            html.Element("p", problem.Reason).Element("p", problem.File, ("class", "file")).Close("li");
        }
        return html.Close("ul");
    }

    private static void Picture(HtmlBuilder html, string? address, string text)
    {
        if (address is null)
            html.Element("span", "no picture", ("class", "note"));
        else
            html.Open("img", ("src", address), ("alt", text), ("class", address.StartsWith("data:image/png", StringComparison.Ordinal) ? "small" : null));
    }

    private static HtmlBuilder Confused(DataProblemReport report)
    {
        var html = new HtmlBuilder();
        html.Element("p", ProblemExplanation.ConfusedClasses);
        HtmlTable.Write(html, "The hardest first",
            [
                HtmlColumn<ConfusedClasses>.Text("Class", pair => pair.First, isHeading: true), HtmlColumn<ConfusedClasses>.Text("Class", pair => pair.Second),
                HtmlColumn<ConfusedClasses>.Number("First taken for second", pair => Count(pair.FirstTakenForSecond)),
                HtmlColumn<ConfusedClasses>.Number("Second taken for first", pair => Count(pair.SecondTakenForFirst)),
                HtmlColumn<ConfusedClasses>.Number("Share of both", pair => FormattableString.Invariant($"{pair.Share * 100:0.0} %")),
                HtmlColumn<ConfusedClasses>.Number("Wrong labels", pair => Count(pair.LabelErrors)),
            ],
            report.ConfusedClasses.Take(MostPairs));
        return html;

        static string Count(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);
    }
}
