using System.Globalization;

namespace AntsAndBees;

/// <summary>What the command line says.</summary>
/// <param name="Data">Where the photos are: see <see cref="Photos"/>.</param>
/// <param name="Out">The folder for model and report.</param>
/// <param name="Seed">Fixes what is random.</param>
/// <param name="FineTune">Whether the whole network is trained further after its head.</param>
internal sealed record Arguments(string Data, string Out, int Seed, bool FineTune)
{
    private const string Usage = "Usage: AntsAndBees [--data FOLDER] [--fine-tune] [--seed N] [--out FOLDER]";

    // Beside a clone of the repository, where its reference data is.
    private static readonly string s_antsAndBees = Path.Join("..", "shared", "data", "hymenoptera.tar");

    /// <returns>Null, after a word to standard error, if the command line is not understood.</returns>
    public static Arguments? Parse(string[] args)
    {
        var arguments = new Arguments(Data: "", Out: "ants-and-bees", Seed: 1, FineTune: false);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--fine-tune")
            {
                arguments = arguments with { FineTune = true };
                continue;
            }
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var parsed = (args[i], value) switch
            {
                (_, "") => null,
                ("--data", _) => arguments with { Data = value },
                ("--out", _) => arguments with { Out = value },
                ("--seed", _) when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) => arguments with { Seed = seed },
                _ => null,
            };
            if (parsed is null)
            {
                Console.Error.WriteLine($"'{args[i]} {value}' is not understood. {Usage}");
                return null;
            }
            (arguments, i) = (parsed, i + 1);
        }
        if (arguments.Data.Length > 0)
            return arguments;
        if (File.Exists(s_antsAndBees))
            return arguments with { Data = s_antsAndBees + ":hymenoptera_data" };
        Console.Error.WriteLine("Name a folder of photos, with a subfolder for each class, or with such folders in \"train\" and \"val\": --data FOLDER. "
            + $"There is no '{s_antsAndBees}' to take instead. {Usage}");
        return null;
    }
}
