namespace Ml.Cnn.Evaluation.Pages;

/// <summary>
/// A chart as SVG within the page. Drawn here and not by OxyPlot's exporter, which writes colors into every element: those could not follow the reader's
/// light or dark scheme, and neither sizes of text the width of the page; nor would lines and points have titles for screen readers.
/// </summary>
internal sealed class SvgChart
{
    private const double Width = 720;
    private const double Height = 430;
    private const double Left = 92;
    private const double Right = 20;
    private const double Top = 14;
    private const double Bottom = 70;
    private const double LetterWidth = 7;
    private const double LineHeight = 16;

    private readonly HtmlBuilder _content = new();
    private readonly ChartLabelPlacement _labels = new(Left + 2, Top, Width - 2, Height - Bottom);
    private readonly ChartAxis _x;
    private readonly ChartAxis _y;

    public SvgChart(ChartAxis x, ChartAxis y) => (_x, _y) = (x, y);

    /// <summary>A line through points; where a value is no number, it has a gap.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, string style, string? title = null)
    {
        var part = new List<string>();
        foreach (var (x, y) in points)
        {
            if (double.IsFinite(y) && double.IsFinite(x))
                part.Add(HtmlBuilder.Number(PlaceX(x)) + "," + HtmlBuilder.Number(PlaceY(y)));
            else
                Flush();
        }
        Flush();

        void Flush()
        {
            if (part.Count > 0)
            {
                _content.Open("polyline", ("class", style), ("points", string.Join(' ', part)));
                if (title is not null)
                    _content.Element("title", title);
                _content.Close("polyline");
            }
            part.Clear();
        }
    }

    public void Point(double x, double y, string style, string title, double radius = 4.5)
    {
        _labels.AddPoint(PlaceX(x), PlaceY(y), radius);
        _content.Open("circle", ("class", style), ("cx", HtmlBuilder.Number(PlaceX(x))), ("cy", HtmlBuilder.Number(PlaceY(y))),
            ("r", HtmlBuilder.Number(radius))).Element("title", title).Close("circle");
    }

    /// <summary>From one value of the vertical axis to another: an interval.</summary>
    public void Whisker(double x, double lower, double upper, string style)
    {
        var (place, top, bottom) = (PlaceX(x), Math.Max(PlaceY(upper), Top), Math.Min(PlaceY(lower), Height - Bottom));
        var path = $"M{N(place - 4)} {N(top)}H{N(place + 4)}M{N(place)} {N(top)}V{N(bottom)}M{N(place - 4)} {N(bottom)}H{N(place + 4)}";
        _content.Open("path", ("class", "whisker " + style), ("d", path)).Close("path");

        static string N(double value) => HtmlBuilder.Number(value);
    }

    /// <summary>Writes beside a point where there is room; not at all where there is none. The most important first, and all points before.</summary>
    /// <param name="x">The point.</param>
    /// <param name="y">The point.</param>
    /// <param name="text">Its name.</param>
    /// <param name="isMinor">Whether it is left out on narrow screens.</param>
    public void Label(double x, double y, string text, bool isMinor)
    {
        if (_labels.Place(PlaceX(x), PlaceY(y), text.Length * LetterWidth, LineHeight) is not var (left, top))
            return;
        _content.Element("text", text, ("x", HtmlBuilder.Number(left)), ("y", HtmlBuilder.Number(top + LineHeight - 4)),
            ("class", isMinor ? "label minor" : "label"));
    }

    /// <summary>Writes the chart as a figure.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="id">Letters, one of its own on the page.</param>
    /// <param name="title">What it shows, for those who cannot see it and those who point at it.</param>
    /// <param name="description">What one would see.</param>
    /// <param name="caption">What stands below.</param>
    public void Write(HtmlBuilder html, string id, string title, string description, string caption)
    {
        html.Open("figure").Open("svg", ("viewBox", FormattableString.Invariant($"0 0 {Width} {Height}")), ("role", "img"),
            ("aria-labelledby", $"{id}-title {id}-description"));
        html.Element("title", title, ("id", id + "-title")).Element("desc", description, ("id", id + "-description"));
        Grid(html);
        html.Append(_content).Close("svg").Element("figcaption", caption).Close("figure");
    }

    private void Grid(HtmlBuilder html)
    {
        var (right, bottom) = (Width - Right, Height - Bottom);
        foreach (var tick in _y.Ticks())
        {
            var y = HtmlBuilder.Number(PlaceY(tick));
            html.Open("line", ("class", "grid"), ("x1", HtmlBuilder.Number(Left)), ("x2", HtmlBuilder.Number(right)), ("y1", y), ("y2", y)).Close("line");
            html.Element("text", _y.Format(tick), ("class", "tick"), ("x", HtmlBuilder.Number(Left - 8)), ("y", HtmlBuilder.Number(PlaceY(tick) + 4)),
                ("text-anchor", "end"));
        }
        foreach (var tick in _x.Ticks())
        {
            var x = HtmlBuilder.Number(PlaceX(tick));
            html.Open("line", ("class", "grid"), ("x1", x), ("x2", x), ("y1", HtmlBuilder.Number(Top)), ("y2", HtmlBuilder.Number(bottom))).Close("line");
            html.Element("text", _x.Format(tick), ("class", "tick"), ("x", x), ("y", HtmlBuilder.Number(bottom + 22)), ("text-anchor", "middle"));
        }
        html.Open("rect", ("class", "frame"), ("x", HtmlBuilder.Number(Left)), ("y", HtmlBuilder.Number(Top)), ("width", HtmlBuilder.Number(right - Left)),
            ("height", HtmlBuilder.Number(bottom - Top))).Close("rect");
        html.Element("text", _x.Title, ("x", HtmlBuilder.Number((Left + right) / 2)), ("y", HtmlBuilder.Number(Height - 14)), ("text-anchor", "middle"));
        html.Element("text", _y.Title, ("transform", FormattableString.Invariant($"translate(18 {(Top + bottom) / 2}) rotate(-90)")),
            ("text-anchor", "middle"));
    }

    private double PlaceX(double x) => Left + _x.Place(x) * (Width - Left - Right);

    private double PlaceY(double y) => Height - Bottom - _y.Place(y) * (Height - Top - Bottom);
}
