using System.Globalization;
using System.Text;

namespace Ml.Cnn.Experiments.Reports.Winner;

/// <summary>Values as C# writes them.</summary>
internal static class CSharpLiteral
{
    /// <summary>A string literal: what is not plain ASCII, or means something between quotes, is escaped.</summary>
    public static string Of(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                literal.Append('\\').Append(character);
            else if (character is >= ' ' and <= '~')
                literal.Append(character);
            else
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }
        return literal.Append('"').ToString();
    }

    /// <summary>The digits that it takes to read the same number back.</summary>
    public static string Of(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);
}
