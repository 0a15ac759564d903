using System.Text.RegularExpressions;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Writing;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Reports.Winner;

/// <summary>The best trial as a command line, quoted for a POSIX shell.</summary>
internal static partial class WinnerCommand
{
    private const string Placeholder = "IMAGES";
    private const string ValidationPlaceholder = "VALIDATION";

    /// <summary>
    /// The command; null where it cannot say what the trial did: a weight decay of 0. A fraction that is kept apart for validation is drawn by the training's
    /// own seed there, so that with another <see cref="ExperimentData.SplitSeed"/> other images validate than in the experiment.
    /// </summary>
    public static string? Write(CnnRunDetail run, ExperimentOutcome outcome)
    {
        var (data, configuration) = (outcome.Data, run.Configuration);
        if (configuration.WeightDecay <= 0)
            return null;
        List<string> words =
        [
            "mlcnn", "train",
            "--data", data.Source ?? Placeholder,
            "--arch", run.TrainerName,
            "--epochs", CSharpLiteral.Of(run.Epochs),
            "--schedule", outcome.Rungs.Schedule.ToString(),
            "--learning-rate", Number(configuration.LearningRate),
            "--optimizer", SettingsText.Word(configuration.Optimizer),
            "--weight-decay", Number(configuration.WeightDecay),
            "--batch-size", CSharpLiteral.Of(configuration.BatchSize),
            "--image-size", CSharpLiteral.Of(configuration.ImageSize),
            "--augment", configuration.Augmentation,
        ];
        if (configuration.Weights is { } weights)
            words.AddRange(["--weights", weights, "--early-stopping", CSharpLiteral.Of(run.Epochs)]); // never: the default stops where weights settle
        if (configuration.Freeze != Freezing.None)
            words.AddRange(["--freeze", SettingsText.Word(configuration.Freeze)]);
        words.AddRange(["--seed", CSharpLiteral.Of(configuration.Seed)]);
        if (data.HasValidationSet)
            words.AddRange(["--validation", data.ValidationSource ?? ValidationPlaceholder]);
        else if (data.ValidationFraction is { } fraction)
            words.AddRange(["--validation-fraction", Number(fraction)]);
        words.AddRange(["--out", "model.zip"]);
        return string.Join(' ', words.Select(Quoted));
    }

    private static string Number(double number) => CSharpLiteral.Of(number);

    private static string Quoted(string word) =>
        Plain().IsMatch(word) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[A-Za-z0-9_@%+=:,./-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
