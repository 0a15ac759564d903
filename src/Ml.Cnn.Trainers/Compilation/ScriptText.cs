using System.Globalization;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Numbers and lists as TorchScript spells them.</summary>
internal static class ScriptText
{
    /// <summary>A floating-point number, which has a point or an exponent.</summary>
    public static string Of(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') >= 0 ? text : text + ".";
    }

    /// <summary>"True" or "False".</summary>
    public static string Of(bool value) => value ? "True" : "False";

    /// <summary>"[3, 3]".</summary>
    public static string Of(params IEnumerable<long> numbers) =>
        $"[{string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>"[3, 3]": height, width.</summary>
    public static string Of(Layers.Size2d size) => Of(size.Height, size.Width);
}
