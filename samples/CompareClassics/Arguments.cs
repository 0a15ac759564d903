using System.Globalization;

namespace CompareClassics;

/// <summary>What the command line says.</summary>
/// <param name="Data">A folder of images; null for drawn digits.</param>
/// <param name="Size">Height and width in pixels that images are brought to.</param>
/// <param name="Epochs">How often training goes through the data.</param>
/// <param name="Out">The folder for all that is found.</param>
internal sealed record Arguments(string? Data, int Size, int Epochs, string Out)
{
    private const int SmallestOfAll = 63; // AlexNet's

    /// <returns>Null, after a word to standard error, if the command line is not understood.</returns>
    public static Arguments? Parse(string[] args)
    {
        var arguments = new Arguments(Data: null, Size: 64, Epochs: 10, Out: "classics");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var parsed = (args[i], value) switch
            {
                (_, "") => null,
                ("--data", _) => arguments with { Data = value },
                ("--out", _) => arguments with { Out = value },
                ("--epochs", _) when Number(value) is >= 1 and var epochs => arguments with { Epochs = epochs },
                ("--size", _) when Number(value) is >= SmallestOfAll and var size => arguments with { Size = size },
                _ => null,
            };
            if (parsed is null)
            {
                Console.Error.WriteLine($"'{args[i]} {value}' is not understood. Usage: CompareClassics [--data FOLDER] [--size N, at least {SmallestOfAll}] "
                    + "[--epochs N] [--out FOLDER]");
                return null;
            }
            arguments = parsed;
        }
        return arguments;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
