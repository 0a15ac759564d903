using System.Globalization;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>What was chosen for a trial, in the words of the command's options.</summary>
internal static class SettingsText
{
    /// <summary>"64 px, batch 32, sgd 0.05, decay 0.0005, augmentation light, weights resnet18, freeze backbone".</summary>
    public static string Of(TrialConfiguration configuration) => string.Join(", ", ((string?[])
    [
        string.Create(CultureInfo.InvariantCulture, $"{configuration.ImageSize} px"),
        string.Create(CultureInfo.InvariantCulture, $"batch {configuration.BatchSize}"),
        $"{Word(configuration.Optimizer)} {Figures.Setting(configuration.LearningRate)}",
        $"decay {Figures.Setting(configuration.WeightDecay)}",
        IsNone(configuration.Augmentation) ? null : $"augmentation {configuration.Augmentation}",
        configuration.Weights is { } weights ? $"weights {weights}" : null,
        configuration.Freeze == Freezing.None ? null : $"freeze {Word(configuration.Freeze)}",
    ]).OfType<string>());

    /// <summary>An enumeration's value as the command takes it: "rmsprop".</summary>
    public static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static bool IsNone(string augmentation) => augmentation.Equals("none", StringComparison.OrdinalIgnoreCase);
}
