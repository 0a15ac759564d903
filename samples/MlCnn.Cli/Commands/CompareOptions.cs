using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Ml.Cnn.Experiments;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>What an experiment can be told on the command line, beside its data and its folder.</summary>
internal static partial class CompareOptions
{
    /// <summary>An option, and what its value sets.</summary>
    internal sealed record Setting(Option Option, Action<ParseResult, CnnExperimentSettings> Apply)
    {
        public static Setting Of<T>(Option<T> option, Action<CnnExperimentSettings, T> set) => new(option, (result, settings) =>
        {
            if (result.GetResult(option) is { Implicit: false } && result.GetValue(option) is { } value)
                set(settings, value);
        });
    }

    public static IReadOnlyList<Setting> All() =>
    [
        Setting.Of(CommandOptions.Parsed("--archs", "NAME,…",
            "The networks to compare; 'mlcnn models' lists them all. Default: a spread from small to large that suits the images, those with weights in the "
            + "cache first.", required: false, Names), (settings, names) => settings.Architectures = names),
        Setting.Of(CommandOptions.Parsed("--budget", "10m|N images|N trials",
            "What may be spent: a time, a number of images to train on (the same on every machine), or a number of trials. Default: 10m.",
            required: false, Budget), (settings, budget) => settings.Budget = budget),
        Setting.Of(CommandOptions.Choice<CnnExperimentMetric>("--metric", "What is made as good as it can be. Default: accuracy."),
            (settings, metric) => settings.OptimizingMetric = metric!.Value),
        Setting.Of(CommandOptions.Parsed<TimeSpan?>("--max-latency", "TIME",
            "The most time from one image to its label, such as 20ms. Slower networks are told of and not chosen. Default: any.", required: false, Latency),
            (settings, latency) => settings.Limits = settings.Limits with { Latency = latency }),
        Setting.Of(CommandOptions.Parsed<long?>("--max-size", "SIZE", "The largest model, such as 20MB. Default: any.", required: false, Size),
            (settings, bytes) => settings.Limits = settings.Limits with { ModelBytes = bytes }),
        Setting.Of(CommandOptions.Number("--max-parameters", "The most parameters. Default: any number.", least: 1),
            (settings, number) => settings.Limits = settings.Limits with { Parameters = number }),
        Setting.Of(CommandOptions.Fraction("--validation-fraction",
            "Without --validation: the share of each class that is kept apart to compare networks with. Default: 0.2.", includesZero: false),
            (settings, share) => settings.ValidationFraction = share!.Value),
        Setting.Of(CommandOptions.Number("--folds",
            "Without --validation: deal the images out to so many parts, each of which is scored by a network trained on the others, at least 2. "
            + "Default: none.", least: 2), (settings, folds) => settings.Folds = folds),
        Setting.Of(CommandOptions.Parsed("--image-sizes", "N,…", "Heights and widths in pixels to try, rising. Default: the images' own, or 224.",
            required: false, text => Numbers("--image-sizes", text)),
            (settings, sizes) => settings.SearchSpace = settings.SearchSpace with { ImageSizes = sizes }),
        Setting.Of(CommandOptions.Parsed("--batch-sizes", "N,…", "Batch sizes to try, rising. Default: 16,32,64,128.",
            required: false, text => Numbers("--batch-sizes", text)),
            (settings, sizes) => settings.SearchSpace = settings.SearchSpace with { BatchSizes = sizes }),
        Setting.Of(CommandOptions.Parsed("--optimizers", "NAME,…", "Optimizers to try. Default: sgd,adamw.", required: false, Optimizers),
            (settings, optimizers) => settings.SearchSpace = settings.SearchSpace with { Optimizers = optimizers }),
        Setting.Of(CommandOptions.Parsed("--augments", "NAME,…", "Augmentations to try, none among them; 'mlcnn augment' shows them. Default: light,none for "
            + "images in files, none for others.", required: false, Names),
            (settings, names) => settings.SearchSpace = settings.SearchSpace with { Augmentations = names }),
        Setting.Of(CommandOptions.Choice<PretrainedWeightsUse>("--weights",
            "Whether networks start from published weights: where their file is in the cache ('mlcnn weights get'), downloaded if it is not, or never. "
            + "Default: wherecached."), (settings, use) => settings.SearchSpace = settings.SearchSpace with { Weights = use!.Value }),
        Setting.Of(CommandOptions.Choice<CnnSearchMethod>("--search",
            "How trials are chosen: the best of many go on, random ones trained to the end, or all networks alike. Default: successivehalving."),
            (settings, method) => settings.Search = method!.Value),
        Setting.Of(CommandOptions.Number("--max-epochs", "No trial is trained for more epochs, at least 1. Default: 40, or three rungs where that is more.",
            least: 1), (settings, epochs) => settings.MaximumEpochs = epochs),
        Setting.Of(CommandOptions.Number("--first-epochs", "Epochs after which trials are first compared, at least 1. Default: as many as show a network "
            + "8,000 images, 30 at most.", least: 1), (settings, epochs) => settings.FirstRungEpochs = epochs),
        Setting.Of(CommandOptions.Number("--reduction",
            "One of so many trials goes on, and is trained so many times as long, at least 2. Default: 3.", least: 2),
            (settings, factor) => settings.ReductionFactor = factor!.Value),
        Setting.Of(CommandOptions.Number("--parallelism",
            "How many trainings are decided on before the first has a result. Default: as many as there are workers.", least: 1),
            (settings, jobs) => settings.Parallelism = jobs),
        Setting.Of(CommandOptions.Text("--warm-start", "DIR", "An earlier experiment whose best configurations are tried first. Default: none.",
            required: false), (settings, folder) => settings.WarmStartFolder = folder),
        Setting.Of(CommandOptions.Number("--seed", "Fixes what is tried, and every training. Default: another seed every time.", least: int.MinValue),
            (settings, seed) => settings.Seed = seed),
        Setting.Of(CommandOptions.Device("Where to train. Default: auto."), (settings, device) => settings.Device = device),
        Setting.Of(CommandOptions.Number("--threads",
            "Cores for one training, at least 1. Default: every core; with --workers, an equal part of them.", least: 1),
            (settings, threads) => settings.Threads = threads),
        Setting.Of(CommandOptions.Choice<ImageCache>("--cache", "Where a training keeps decoded images: nowhere, in memory or in a file. Default: none."),
            (settings, cache) => settings.Cache = cache!.Value),
        Setting.Of(CommandOptions.OnBadImage("Whether a training image that cannot be read ends a trial or is left out.", BadImageHandling.Fail),
            (settings, handling) => settings.OnBadImage = handling!.Value),
    ];

    private static IReadOnlyList<string> Names(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IReadOnlyList<int> Numbers(string name, string text) => [.. Names(text).Select(part =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new FormatException($"{name} must be whole numbers above 0 with commas between them, such as 64,96, not '{text}'."))];

    private static IReadOnlyList<Optimizer> Optimizers(string text) => [.. Names(text).Select(part =>
        Enum.TryParse<Optimizer>(part, ignoreCase: true, out var optimizer) && Enum.IsDefined(optimizer) ? optimizer : throw new FormatException(
            $"--optimizers: '{part}' is none. There are {string.Join(", ", Enum.GetNames<Optimizer>().Select(name => name.ToLowerInvariant()))}."))];

    private static ExperimentBudget Budget(string text)
    {
        if (AmountForm().Match(text.Trim()) is { Success: true } match
            && double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            switch (match.Groups["unit"].Value.ToLowerInvariant())
            {
                case "s" or "m" or "h" when Time(number, match.Groups["unit"].Value) is var time && time > TimeSpan.Zero:
                    return ExperimentBudget.Time(time);
                case "images" when number is >= 1 and < long.MaxValue && number == Math.Floor(number):
                    return ExperimentBudget.Images((long)number);
                case "trials" when number is >= 1 and < int.MaxValue && number == Math.Floor(number):
                    return ExperimentBudget.Trials((int)number);
            }
        }
        throw new FormatException($"--budget must be a time such as 10m, '200000 images' or '20 trials', not '{text}'.");
    }

    private static TimeSpan? Latency(string text) => AmountForm().Match(text.Trim()) is { Success: true } match
        && match.Groups["unit"].Value.ToLowerInvariant() is "ms" or "s"
        && double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and < 1e6
            ? match.Groups["unit"].Value.Equals("ms", StringComparison.OrdinalIgnoreCase) ? TimeSpan.FromMilliseconds(number) : TimeSpan.FromSeconds(number)
            : throw new FormatException($"--max-latency must be a time such as 20ms or 1s, not '{text}'.");

    private static long? Size(string text) => AmountForm().Match(text.Trim()) is { Success: true } match
        && match.Groups["unit"].Value.ToUpperInvariant() is "KB" or "MB" or "GB"
        && double.TryParse(match.Groups["number"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and < 1e9
            ? (long)(number * match.Groups["unit"].Value.ToUpperInvariant() switch { "KB" => 1e3, "MB" => 1e6, _ => 1e9 })
            : throw new FormatException($"--max-size must be a size such as 500KB, 20MB or 1GB, not '{text}'.");

    private static TimeSpan Time(double number, string unit) => number > 1e6 ? TimeSpan.Zero
        : unit.ToLowerInvariant() switch { "s" => TimeSpan.FromSeconds(number), "m" => TimeSpan.FromMinutes(number), _ => TimeSpan.FromHours(number) };

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)?) *(?<unit>[a-z]+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex AmountForm();
}
