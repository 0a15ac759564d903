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

    /// <summary>Without what goes by epochs: the search has none.</summary>
    public static IReadOnlyList<TrainingOption> OfLearningRateFinder() => [OptimizationOptions.Preset(), .. FitOptions.All(), .. OptimizationOptions.Update()];
}
