using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Ml.Cnn.Evaluation.Pages;

/// <summary>Writes HTML and SVG. Text and attributes are escaped, whatever they hold.</summary>
internal sealed class HtmlBuilder
{
    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Opens an element. An attribute whose value is null is left out.</summary>
    public HtmlBuilder Open(string element, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(element);
        foreach (var (name, value) in attributes)
            if (value is not null)
                _text.Append(' ').Append(name).Append("=\"").Append(s_encoder.Encode(value)).Append('"');
        _text.Append('>');
        return this;
    }

    public HtmlBuilder Close(string element)
    {
        _text.Append("</").Append(element).Append('>');
        if (element is "p" or "tr" or "table" or "section" or "div" or "svg" or "h2" or "h3" or "li" or "ul" or "details" or "pre" or "figure" or "g")
            _text.Append('\n');
        return this;
    }

    public HtmlBuilder Text(string text)
    {
        _text.Append(s_encoder.Encode(text));
        return this;
    }

    /// <summary>An element with nothing but text.</summary>
    public HtmlBuilder Element(string element, string text, params ReadOnlySpan<(string Name, string? Value)> attributes) =>
        Open(element, attributes).Text(text).Close(element);

    /// <summary>What another builder wrote.</summary>
    public HtmlBuilder Append(HtmlBuilder other)
    {
        _text.Append(other._text);
        return this;
    }

    /// <summary>Markup that holds nothing but what the program itself says.</summary>
    public HtmlBuilder Markup(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>A coordinate: a tenth of a pixel is enough.</summary>
    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    public override string ToString() => _text.ToString();
}
