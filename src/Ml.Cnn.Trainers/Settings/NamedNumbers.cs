using System.Globalization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>A name with numbers behind it as text: "step:30,0.1". So schedules and losses are written on command lines and in model.json.</summary>
internal static class NamedNumbers
{
    /// <summary>"step:30,0.1" → step; 30, 0.1. Null where something behind the colon is no number.</summary>
    public static (string Name, double[] Numbers)? Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (text, []);
        var parts = text[(colon + 1)..].Split(',');
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        return (text[..colon], numbers);
    }

    /// <summary>The text that <see cref="Split"/> reads.</summary>
    public static string Join(string name, IReadOnlyCollection<double> numbers) =>
        name + (numbers.Count > 0 ? ":" + string.Join(',', numbers.Select(Text)) : "");

    /// <summary>A number that is read as the same number again.</summary>
    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
