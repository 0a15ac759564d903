using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Experiments.Options;

/// <summary>Checks an experiment's settings where it is made.</summary>
internal static class SettingsValidation
{
    /// <summary>A copy, so that what is changed later changes no experiment.</summary>
    /// <exception cref="ArgumentException">There is no network of a name, or a network comes twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range; the message names it.</exception>
    public static CnnExperimentSettings Checked(CnnExperimentSettings settings)
    {
        settings.SearchSpace.Validate();
        if (settings.Budget is { MaximumTime: null, MaximumImages: null, MaximumTrials: null })
            throw new ArgumentOutOfRangeException(nameof(settings), nameof(settings.Budget), "The budget has no limit.");
        Least(settings.FirstRungEpochs ?? 1, 1, nameof(settings.FirstRungEpochs));
        Least(settings.ReductionFactor, 2, nameof(settings.ReductionFactor));
        Least(settings.MaximumEpochs ?? 1, 1, nameof(settings.MaximumEpochs));
        Least(settings.Folds ?? 2, 2, nameof(settings.Folds));
        Least(settings.Parallelism ?? 1, 1, nameof(settings.Parallelism));
        Least(settings.Threads ?? 1, 1, nameof(settings.Threads));
        Least(settings.WarmStartTrials, 1, nameof(settings.WarmStartTrials));
        if (settings.ValidationFraction is not (> 0 and < 1))
            throw OptionCheck.Wrong(nameof(settings.ValidationFraction), settings.ValidationFraction, "above 0 and below 1");
        if (settings.Architectures is { } names)
            CheckNames(names);
        return settings.Copy();
    }

    private static void CheckNames(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            throw new ArgumentException("There must be a network.", nameof(names));
        var found = names.Select(name => ArchitectureCatalog.Find(name).Name).ToArray();
        if (found.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"'{twice.Key}' is among the networks twice.", nameof(names));
    }

    private static void Least(int number, int least, string name)
    {
        if (number < least)
            throw OptionCheck.Wrong(name, number, $"at least {least}");
    }
}
