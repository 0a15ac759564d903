using Ml.Cnn.Evaluation.Pages;

namespace Ml.Cnn.Evaluation.Reports;

/// <summary>
/// The confusion matrix, every number a link to the images behind it. What a link opens lies hidden below the table until it is the address's target: without
/// a script, by keyboard, and so that the browser's way back closes it.
/// </summary>
internal static class ReportMatrix
{
    private const int MostClassesOfTable = 200; // a table of more has ten thousands of empty cells, and nobody finds a number in it
    private const double Some = 0.05; // of the images of a class
    private const double Many = 0.15;

    public static HtmlBuilder Write(CnnConfusionMatrix matrix, ShownImages shown, ReportImages images)
    {
        var html = new HtmlBuilder();
        Pairs(html, matrix);
        if (matrix.ClassNames.Count <= MostClassesOfTable)
        {
            html.Element("p", "Rows are the images' classes, columns what they are taken for. Every number opens its images.");
            Table(html, matrix.ClassNames, shown.Cells.ToDictionary(cell => (cell.Actual, cell.Predicted)));
        }
        else
        {
            html.Element("p", "Every class and what its images are taken for, the most frequent first. Every number opens its images.");
            Lists(html, matrix.ClassNames, shown.Cells);
        }
        foreach (var cell in shown.Cells)
            Images(html, cell, matrix.ClassNames, images);
        return html;
    }

    private static void Pairs(HtmlBuilder html, CnnConfusionMatrix matrix)
    {
        var places = matrix.ClassNames.Index().ToDictionary(one => one.Item, one => one.Index);
        if (matrix.MostConfused() is not { Count: > 0 } pairs)
            return;
        HtmlTable.Write(html, "The most frequent mistakes",
        [
            HtmlColumn<CnnConfusedPair>.Text("Class", pair => pair.Actual, isHeading: true),
            HtmlColumn<CnnConfusedPair>.Text("Taken for", pair => pair.Predicted),
            new("Images", (builder, pair) => builder.Element("a", ReportFigures.Count(pair.Images),
                ("href", FormattableString.Invariant($"#c{places[pair.Actual]}-{places[pair.Predicted]}")),
                ("aria-label", $"{ReportFigures.Count(pair.Images)}: {pair.Actual} taken for {pair.Predicted}")), IsNumber: true),
            HtmlColumn<CnnConfusedPair>.Number("Of the class", pair => ReportFigures.Percent(pair.Share)),
        ], pairs);
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<string> classes, Dictionary<(int Actual, int Predicted), MatrixCell> cells)
    {
        const string Caption = "Confusion matrix: classes in rows, what they are taken for in columns";
        html.Open("div", ("class", "scroll tall"), ("role", "region"), ("tabindex", "0"), ("aria-label", "Confusion matrix"));
        html.Open("table", ("class", "matrix")).Element("caption", Caption).Open("thead").Open("tr").Element("td", "");
        foreach (var name in classes)
            html.Open("th", ("scope", "col"), ("title", name)).Element("span", name).Close("th");
        html.Close("tr").Close("thead").Open("tbody");
        foreach (var (actual, name) in classes.Index())
        {
            html.Open("tr").Element("th", name, ("scope", "row"), ("title", name));
            var support = Enumerable.Range(0, classes.Count).Sum(predicted => cells.GetValueOrDefault((actual, predicted))?.Images.Count ?? 0);
            foreach (var (predicted, other) in classes.Index())
                Cell(html, cells.GetValueOrDefault((actual, predicted)), name, other, support);
            html.Close("tr");
        }
        html.Close("tbody").Close("table").Close("div");
    }

    private static void Lists(HtmlBuilder html, IReadOnlyList<string> classes, IReadOnlyList<MatrixCell> cells) => HtmlTable.Write(html,
        "Classes and what they are taken for",
        [
            HtmlColumn<IGrouping<int, MatrixCell>>.Text("Class", row => classes[row.Key], isHeading: true),
            new("Right", (builder, row) => Links(builder, row.Where(cell => cell.IsRight), classes), IsNumber: true),
            new("Taken for", (builder, row) => Links(builder, row.Where(cell => !cell.IsRight).OrderByDescending(cell => cell.Images.Count), classes),
                IsLong: true),
        ],
        cells.GroupBy(cell => cell.Actual));

    private static void Links(HtmlBuilder html, IEnumerable<MatrixCell> cells, IReadOnlyList<string> classes)
    {
        foreach (var (place, cell) in cells.Index())
        {
            html.Text((place > 0 ? ", " : "") + (cell.IsRight ? "" : classes[cell.Predicted] + " "));
            Link(html, cell, classes[cell.Actual], classes[cell.Predicted]);
        }
    }

    private static void Link(HtmlBuilder html, MatrixCell cell, string actual, string predicted)
    {
        var count = ReportFigures.Count(cell.Images.Count);
        html.Element("a", count, ("href", "#" + cell.Id),
            ("aria-label", cell.IsRight ? $"{count}: {actual}, right" : $"{count}: {actual} taken for {predicted}"));
    }

    private static void Cell(HtmlBuilder html, MatrixCell? cell, string actual, string predicted, int support)
    {
        if (cell is null)
        {
            html.Element("td", "");
            return;
        }
        var share = (double)cell.Images.Count / support;
        html.Open("td", ("class", cell.IsRight ? "right" : share >= Many ? "many" : share >= Some ? "some" : "few"));
        Link(html, cell, actual, predicted);
        html.Close("td");
    }

    private static void Images(HtmlBuilder html, MatrixCell cell, IReadOnlyList<string> classes, ReportImages images)
    {
        var (actual, predicted) = (classes[cell.Actual], classes[cell.Predicted]);
        html.Open("div", ("class", "cell"), ("id", cell.Id));
        html.Element("h3", cell.IsRight ? $"{actual}, right: {ReportFigures.Images(cell.Images.Count)}"
            : $"{actual} taken for {predicted}: {ReportFigures.Images(cell.Images.Count)}");
        if (cell.Thumbnails > 0)
        {
            if (cell.IsRight && cell.Thumbnails < cell.Images.Count)
                html.Element("p", "The least sure of them.", ("class", "note"));
            ImageGallery.Write(html, cell.Images.Take(cell.Thumbnails).Select(image => new GalleryImage(images.Thumbnail(image.Row), images.Name(image.Row),
                ReportFigures.Percent(image.Probability))));
        }
        var listed = ShownImages.Listed(cell).Select(image => images.Name(image.Row)).ToArray();
        var more = cell.Images.Count - cell.Thumbnails - listed.Length;
        var rest = more > 0 ? $", and {ReportFigures.Count(more)} more" : "";
        if (listed.Length > 0)
            html.Element("p", $"{(cell.Thumbnails > 0 ? "Also " : "")}{string.Join(", ", listed)}{rest}.");
        html.Open("p").Element("a", "Back to the matrix", ("href", "#matrix")).Close("p").Close("div");
    }
}
