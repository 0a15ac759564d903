namespace Ml.Cnn.Evaluation.Pages;

/// <summary>A part of a page, under a heading of its own.</summary>
/// <param name="Id">Its anchor, in letters.</param>
/// <param name="Heading">Its heading.</param>
/// <param name="Body">What it holds.</param>
internal sealed record HtmlSection(string Id, string Heading, HtmlBuilder Body);

/// <summary>
/// The frame of a report: one file that needs nothing beside it and no script, in the reader's colors, with a way past the table of contents and a name for
/// every part. A policy in its head forbids everything from outside, whatever the text in it may be.
/// </summary>
internal static class HtmlPage
{
    /// <param name="title">The page's title and heading.</param>
    /// <param name="subtitle">A line below.</param>
    /// <param name="sections">Its parts.</param>
    /// <param name="style">Rules beside those that all pages have.</param>
    public static string Write(string title, string subtitle, IReadOnlyList<HtmlSection> sections, string style = "")
    {
        var html = new HtmlBuilder();
        html.Markup("<!DOCTYPE html>\n").Open("html", ("lang", "en")).Open("head").Markup("<meta charset=\"utf-8\">\n");
        html.Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n");
        html.Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Element("title", title).Open("style").Markup(PageStyle.Css).Markup(style).Close("style").Close("head").Open("body");
        html.Element("a", "Skip to the content", ("class", "skip"), ("href", "#content"));
        html.Open("header").Element("h1", title).Element("p", subtitle).Close("header");
        html.Open("nav", ("aria-label", "Contents")).Open("ul");
        foreach (var section in sections)
            html.Open("li").Element("a", section.Heading, ("href", "#" + section.Id)).Close("li");
        html.Close("ul").Close("nav").Open("main", ("id", "content"), ("tabindex", "-1"));
        foreach (var section in sections)
        {
            html.Open("section", ("id", section.Id), ("aria-labelledby", section.Id + "-heading"));
            html.Element("h2", section.Heading, ("id", section.Id + "-heading")).Append(section.Body).Close("section");
        }
        return html.Close("main").Close("body").Close("html").ToString();
    }
}
