using System.Globalization;
using Ml.Cnn.Trainers;

namespace CifarSpeedrun;

/// <summary>What the command line says.</summary>
/// <param name="Data">An archive with the folders "train" and "test", or the folder of CIFAR-10's own binary files.</param>
/// <param name="Runs">How many trainings, each with the next seed.</param>
/// <param name="Seed">The first one's.</param>
/// <param name="Epochs">Null: the recipe's.</param>
/// <param name="Share">The share of the training images that is used, above 0 to 1.</param>
/// <param name="Precision">Of training's arithmetic.</param>
/// <param name="Checkpoints">A folder for what it takes to go on after an interruption; null: none.</param>
/// <param name="Curve">Whether the test images are scored after every epoch, and not only at the end.</param>
internal sealed record Arguments(string Data, int Runs, int Seed, int? Epochs, double Share, Precision Precision, string? Checkpoints,
    bool Curve)
{
    private const string ReferenceData = "../shared/data/cifar10-jpg.tar.gz"; // beside the repository

    /// <returns>Null, after a word to standard error, if the command line is not understood.</returns>
    public static Arguments? Parse(string[] args)
    {
        var arguments = new Arguments(ReferenceData, Runs: 1, Seed: 1, Epochs: null, Share: 1, Precision.Auto, Checkpoints: null, Curve: false);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var parsed = (args[i], value) switch
            {
                ("--curve", _) => arguments with { Curve = true },
                (_, "") => null,
                ("--data", _) => arguments with { Data = value },
                ("--checkpoints", _) => arguments with { Checkpoints = value },
                ("--runs", _) when Number(value) is >= 1 and var runs => arguments with { Runs = runs },
                ("--seed", _) when Number(value) is { } seed => arguments with { Seed = seed },
                ("--epochs", _) when Number(value) is >= 1 and var epochs => arguments with { Epochs = epochs },
                ("--share", _) when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 1 =>
                    arguments with { Share = share },
                ("--precision", _) when Enum.TryParse<Precision>(value, ignoreCase: true, out var precision) && Enum.IsDefined(precision) =>
                    arguments with { Precision = precision },
                _ => null,
            };
            if (parsed is null)
            {
                Console.Error.WriteLine($"'{args[i]} {value}' is not understood. Usage: CifarSpeedrun [--data FILE|FOLDER] [--runs N] [--seed N] [--epochs N] "
                    + "[--share X, above 0 to 1] [--precision auto|float32|bfloat16|float16] "
                    + "[--checkpoints FOLDER] [--curve]");
                return null;
            }
            (arguments, i) = (parsed, parsed.Curve == arguments.Curve ? i + 1 : i);
        }
        if (File.Exists(arguments.Data) || Directory.Exists(arguments.Data))
            return arguments;
        Console.Error.WriteLine($"'{arguments.Data}' is not there. --data takes an archive of images with the folders train and test in it, a folder for each "
            + "class in these, or the folder of CIFAR-10's binary version (data_batch_1.bin, …), from https://www.cs.toronto.edu/~kriz/cifar.html.");
        return null;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
