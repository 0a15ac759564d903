using System.CommandLine;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace MlCnn.Cli.Commands;

/// <summary>
/// The options of the commands that train, in the order in which they are set: the preset first, and the epochs before a warm-up that must be shorter.
/// </summary>
internal static class TrainingOptions
{
    public static IReadOnlyList<TrainingOption> OfTrain() =>
        [
            OptimizationOptions.Preset(), .. RunOptions.All(), .. FitOptions.All(), FitOptions.AddClasses(), .. OptimizationOptions.Update(),
            .. OptimizationOptions.Schedule(), .. DistributionOptions.All(),
        ];

    /// <summary>Without what a single training leaves behind: there is one for each fold.</summary>
    public static IReadOnlyList<TrainingOption> OfFolds() =>
        [OptimizationOptions.Preset(), RunOptions.Epochs(), .. FitOptions.All(), .. OptimizationOptions.Update(), .. OptimizationOptions.Schedule()];

    /// <summary>Sets what the command line says over what goes with the network: its own recipe, where it has one and the user asks for no other.</summary>
    /// <param name="training">One of the lists of this class.</param>
    /// <param name="result">The command line.</param>
    /// <param name="architecture">The network; null where there is none.</param>
    /// <param name="options">What is set.</param>
    public static void Set(IReadOnlyList<TrainingOption> training, ParseResult result, Architecture? architecture, CnnOptions options)
    {
        if (architecture is not null && result.GetValue<string>(OptimizationOptions.PresetName) is null)
            TrainingPreset.ApplyOwn(architecture, options);
        foreach (var option in training)
            option.Apply(result, options);
    }

    /// <summary>Without what goes by epochs: the search has none.</summary>
    public static IReadOnlyList<TrainingOption> OfLearningRateFinder() => [OptimizationOptions.Preset(), .. FitOptions.All(), .. OptimizationOptions.Update()];
}
