using System.Globalization;
using System.Text.RegularExpressions;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Numbers, lists and names as TorchScript spells them.</summary>
internal static partial class ScriptText
{
    // Of Python, and those that TorchScript's own reader adds.
    private static readonly HashSet<string> s_keywords =
    [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally",
        "for", "from", "global", "if", "import", "in", "inf", "is", "lambda", "nan", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
        "with", "yield",
    ];

    /// <summary>A floating-point number, which has a point or an exponent.</summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? "float(\"nan\")" : number > 0 ? "float(\"inf\")" : "float(\"-inf\")";
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') >= 0 ? text : text + ".";
    }

    /// <summary>"True" or "False".</summary>
    public static string Of(bool value) => value ? "True" : "False";

    /// <summary>"[3, 3]".</summary>
    public static string Of(params IEnumerable<long> numbers) =>
        $"[{string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>"[0.5, 1.]".</summary>
    public static string Of(IEnumerable<double> numbers) => $"[{string.Join(", ", numbers.Select(Of))}]";

    /// <summary>"[3, 3]": height, width.</summary>
    public static string Of(Layers.Size2d size) => Of(size.Height, size.Width);

    /// <summary>A text between quotes.</summary>
    public static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Whether a name can stand in code as it is.</summary>
    public static bool IsIdentifier(string name) => Identifier().IsMatch(name) && !s_keywords.Contains(name);

    /// <summary>A module's attribute: "self.fc", or <c>getattr(self.features, "0")</c> where the name is none that code can hold.</summary>
    public static string Attribute(string owner, string name) => IsIdentifier(name) ? $"{owner}.{name}" : $"getattr({owner}, {Quoted(name)})";

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
