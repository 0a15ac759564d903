using System.Globalization;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>Values of attributes as <see cref="LayerArguments"/> reads them.</summary>
internal static class LayerAttributeText
{
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(bool flag) => flag ? "yes" : "no";

    public static string Of(Size2d size) => size.Height == size.Width ? Of(size.Height) : $"{Of(size.Height)}x{Of(size.Width)}";

    public static string Of(IEnumerable<int> numbers) => string.Join(',', numbers.Select(number => Of(number)));
}
