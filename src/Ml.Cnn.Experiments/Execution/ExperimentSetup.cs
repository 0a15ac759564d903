using Microsoft.ML;
using Ml.Cnn.Experiments.Jobs;
using Ml.Cnn.Experiments.Settings;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>Makes an experiment's definition of the settings and the data, and looks whether one in a folder can go on under them.</summary>
internal static class ExperimentSetup
{
    private const int UsualImageSize = 224;
    private const string LightAugmentation = "light";

    /// <param name="settings">The user's.</param>
    /// <param name="data">The images.</param>
    /// <param name="hasValidationSet">Whether the user gave one.</param>
    /// <param name="seed">The experiment's.</param>
    /// <param name="saved">The experiment in the folder, which keeps its rungs if the settings name no others; null: it is a new one.</param>
    /// <exception cref="ArgumentException">There is no network of a name.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to learn or to compare with.</exception>
    public static ExperimentDefinition Define(CnnExperimentSettings settings, ExperimentImages data, bool hasValidationSet, int seed,
        ExperimentDefinition? saved)
    {
        var images = (long)Math.Round(data.Splits.Average(split => (double)Count(split.Train, settings.LabelColumnName)));
        var validationImages = data.Splits.Sum(split => Count(split.Validation, settings.LabelColumnName));
        if (validationImages == 0)
            throw new InvalidOperationException("There are no images to compare trials with: give a validation set, or more images of each class.");
        var space = Complete(settings.SearchSpace, data, settings.FeatureColumnName);
        var cache = settings.WeightsCache ?? new WeightsCache();
        var names = settings.Architectures ?? ArchitectureSpread.For(space.ImageSizes[0], images,
            name => ArchitectureSpread.WeightsOf(name, space.Weights, cache) is not null);
        var firstEpochs = settings.FirstRungEpochs ?? saved?.FirstRungEpochs ?? RungDefaults.FirstEpochs(images, settings.Budget,
            trainings: names.Count * (hasValidationSet ? 1 : settings.Folds ?? 1), settings.ReductionFactor, settings.MaximumEpochs);
        return new()
        {
            Budget = new(settings.Budget.MaximumTime?.TotalSeconds, settings.Budget.MaximumImages, settings.Budget.MaximumTrials),
            Candidates = [.. names.Select(name => new ExperimentDefinition.CandidateJson(ArchitectureCatalog.Find(name).Name,
                ArchitectureSpread.WeightsOf(name, space.Weights, cache)?.Name))],
            Metric = settings.OptimizingMetric,
            Limits = settings.Limits,
            Space = ExperimentDefinition.SpaceJson.Of(space),
            Search = settings.Search,
            FirstRungEpochs = firstEpochs,
            ReductionFactor = settings.ReductionFactor,
            MaximumEpochs = settings.MaximumEpochs ?? saved?.MaximumEpochs ?? RungDefaults.MaximumEpochs(firstEpochs, settings.ReductionFactor),
            ValidationFraction = hasValidationSet || settings.Folds is not null ? null : settings.ValidationFraction,
            Folds = hasValidationSet ? null : settings.Folds,
            Seed = seed,
            Parallelism = settings.Parallelism ?? settings.Executor?.Workers ?? 1,
            Device = settings.Device,
            Threads = settings.Threads,
            Cache = settings.Cache,
            OnBadImage = settings.OnBadImage,
            LabelColumnName = settings.LabelColumnName,
            FeatureColumnName = settings.FeatureColumnName,
            WarmStart = settings.WarmStartFolder is { } earlier ? BestOf(new ExperimentFolder(earlier), settings.WarmStartTrials, seed) : [],
            Data = new(images, validationImages, data.Classes, data.Channels(settings.FeatureColumnName)),
            Notes = settings.Notes,
        };
    }

    /// <summary>An experiment's definition for going on with more budget, more networks or another place for the work.</summary>
    /// <param name="saved">As it was begun.</param>
    /// <param name="wanted">As the settings have it now.</param>
    /// <exception cref="InvalidOperationException">Something differs that an experiment cannot change on its way; the message names it.</exception>
    public static ExperimentDefinition Extend(ExperimentDefinition saved, ExperimentDefinition wanted)
    {
        var extended = saved with
        {
            Budget = wanted.Budget,
            Candidates =
            [
                .. saved.Candidates,
                .. wanted.Candidates.Where(candidate => saved.Candidates.All(had => had.Architecture != candidate.Architecture)),
            ],
            Device = wanted.Device,
            Notes = wanted.Notes,
            WarmStart = [.. saved.WarmStart, .. wanted.WarmStart.Where(configuration => !saved.WarmStart.Contains(configuration))],
        };
        var differences = ExperimentDifferences.Between(extended, wanted with
        {
            Candidates = extended.Candidates,
            WarmStart = extended.WarmStart,
        });
        return differences.Count == 0 ? extended : throw new InvalidOperationException("The experiment in the folder is another one: "
            + $"{string.Join("; ", differences)}. Set these as they were, or choose another folder.");
    }

    // Lists that the user leaves open are filled by what the data is.
    private static CnnSearchSpace Complete(CnnSearchSpace space, ExperimentImages data, string feature)
    {
        var side = data.PixelSide(feature);
        return space with
        {
            ImageSizes = space.ImageSizes.Count > 0 ? space.ImageSizes : [side ?? UsualImageSize],
            Augmentations = space.Augmentations.Count > 0 ? space.Augmentations
                : side is null ? [LightAugmentation, CnnSearchSpace.NoAugmentation] : [CnnSearchSpace.NoAugmentation],
        };
    }

    private static long Count(IDataView data, string label) => ClassCounter.Count(data, data.Schema[label]).Sum(count => count.Count);

    private static IReadOnlyList<TrialConfiguration> BestOf(ExperimentFolder folder, int count, int seed)
    {
        var definition = folder.ReadDefinition();
        var state = ExperimentState.Of(ExperimentJournal.Read(folder.Journal));
        return [.. BestModels.Ranked(state, definition.Metric).Take(count).Select(trial => trial.Configuration with { Seed = seed })];
    }
}
