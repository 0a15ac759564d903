namespace Ml.Cnn.Evaluation.Pages;

/// <summary>A column of a table.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Cell">Writes what a row has in it.</param>
/// <param name="IsNumber">Whether it stands to the right.</param>
/// <param name="IsHeading">Whether it names the row.</param>
/// <param name="Explanation">What it is, for whoever points at the heading; null: nothing.</param>
/// <param name="IsLong">Whether it holds sentences, which need several lines.</param>
internal sealed record HtmlColumn<T>(string Heading, Action<HtmlBuilder, T> Cell, bool IsNumber = false, bool IsHeading = false, string? Explanation = null,
    bool IsLong = false)
{
    public static HtmlColumn<T> Sentences(string heading, Func<T, string> text) => new(heading, (html, row) => html.Text(text(row)), IsLong: true);

    public static HtmlColumn<T> Text(string heading, Func<T, string> text, bool isHeading = false, string? explanation = null) =>
        new(heading, (html, row) => html.Text(text(row)), IsHeading: isHeading, Explanation: explanation);

    public static HtmlColumn<T> Number(string heading, Func<T, string> text, string? explanation = null) =>
        new(heading, (html, row) => html.Text(text(row)), IsNumber: true, Explanation: explanation);
}

/// <summary>A table that scrolls within the page where it is too wide, by keyboard too.</summary>
internal static class HtmlTable
{
    /// <param name="html">Where to.</param>
    /// <param name="caption">What the table shows.</param>
    /// <param name="columns">From the left.</param>
    /// <param name="rows">From the top.</param>
    /// <param name="rowClass">A class of the style for a row; null: none.</param>
    public static void Write<T>(HtmlBuilder html, string caption, IReadOnlyList<HtmlColumn<T>> columns, IEnumerable<T> rows, Func<T, string?>? rowClass = null)
    {
        html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)).Open("table");
        html.Element("caption", caption).Open("thead").Open("tr");
        foreach (var column in columns)
            html.Element("th", column.Heading, ("scope", "col"), ("class", column.IsNumber ? "n" : null), ("title", column.Explanation));
        html.Close("tr").Close("thead").Open("tbody");
        foreach (var row in rows)
        {
            html.Open("tr", ("class", rowClass?.Invoke(row)));
            foreach (var column in columns)
            {
                var element = column.IsHeading ? "th" : "td";
                html.Open(element, ("scope", column.IsHeading ? "row" : null), ("class", column.IsNumber ? "n" : column.IsLong ? "wrap" : null));
                column.Cell(html, row);
                html.Close(element);
            }
            html.Close("tr");
        }
        html.Close("tbody").Close("table").Close("div");
    }
}
