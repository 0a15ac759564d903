using System.Globalization;

namespace Digits;

/// <summary>What the command line says.</summary>
/// <param name="Data">The folder of MNIST's files; null for drawn digits.</param>
/// <param name="Epochs">How often training goes through the data.</param>
/// <param name="Out">Where the model goes.</param>
internal sealed record Arguments(string? Data, int Epochs, string Out)
{
    /// <returns>Null, after a word to standard error, if the command line is not understood.</returns>
    public static Arguments? Parse(string[] args)
    {
        var arguments = new Arguments(Data: null, Epochs: 5, Out: "model.zip");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var parsed = (args[i], value) switch
            {
                (_, "") => null,
                ("--data", _) => arguments with { Data = value },
                ("--out", _) => arguments with { Out = value },
                ("--epochs", _) when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var epochs) && epochs > 0 =>
                    arguments with { Epochs = epochs },
                _ => null,
            };
            if (parsed is null)
            {
                Console.Error.WriteLine($"'{args[i]} {value}' is not understood. Usage: Digits [--data MNIST_FOLDER] [--epochs N] [--out model.zip]");
                return null;
            }
            arguments = parsed;
        }
        return arguments;
    }
}
