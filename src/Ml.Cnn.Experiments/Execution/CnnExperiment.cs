using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Jobs;
using Ml.Cnn.Experiments.Options;
using Ml.Cnn.Experiments.Search;
using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Experiments;

/// <summary>Finds the network for some data within a budget. <c>mlContext.MulticlassClassification.CreateCnnExperiment(settings)</c> makes one.</summary>
/// <remarks>
/// While <see cref="Execute"/> goes on, other threads may pause, resume, skip and add trials. What is decided depends on the seed and on results, not on
/// which of several trainings ends first, so that an experiment repeats; within a time budget, measured speeds are among the results.
/// </remarks>
public sealed class CnnExperiment
{
    private readonly MLContext _mlContext;
    private readonly IHostEnvironment _environment;
    private readonly CnnExperimentSettings _settings;
    private readonly TrialControls _controls = new();

    internal CnnExperiment(IHostEnvironment environment, CnnExperimentSettings settings)
    {
        _settings = SettingsValidation.Checked(settings);
        _environment = environment;
        _mlContext = environment as MLContext ?? new MLContext(MlNetEnvironment.Seed(environment));
    }

    /// <summary>Runs the experiment until its budget is spent, nothing is left to try or it is canceled.</summary>
    /// <param name="trainData">Images with labels.</param>
    /// <param name="validationData">
    /// Images of the same kind that trials are compared with; null: a part of the training data, or folds (<see cref="CnnExperimentSettings.Folds"/>).
    /// </param>
    /// <param name="preFeaturizer">What comes before a network and is saved with it, such as <c>LoadRawImageBytes</c>; null: nothing.</param>
    /// <param name="progressHandler">Told of a trial whenever one has come to a rung or has ended; null: nobody.</param>
    /// <returns>What was found: also after a cancellation, where any trial has a result.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">The data cannot be learned from, or the folder holds another experiment.</exception>
    /// <exception cref="IOException">The folder cannot be written to, or another process leads the experiment in it.</exception>
    /// <exception cref="OperationCanceledException">Canceled before any trial had a result.</exception>
    public CnnExperimentResult Execute(IDataView trainData, IDataView? validationData = null, IEstimator<ITransformer>? preFeaturizer = null,
        IProgress<CnnRunDetail>? progressHandler = null)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        var isTemporary = _settings.Folder is null;
        var folder = new ExperimentFolder(_settings.Folder
            ?? Path.Join(MlNetEnvironment.TemporaryFolder(_environment), $"mlcnn-experiment-{Path.GetRandomFileName()}"));
        try
        {
            return ExecuteIn(folder, trainData, validationData, preFeaturizer, progressHandler);
        }
        finally
        {
            if (isTemporary && Directory.Exists(folder.Path))
                Directory.Delete(folder.Path, recursive: true);
        }
    }

    /// <summary>Holds a trial back: a training under way ends at its next step, and can go on from there.</summary>
    /// <param name="trial">Its number.</param>
    public void Pause(int trial) => _controls.Want(new TrialControlled(trial, TrialControl.Pause));

    /// <summary>Lets a trial go on that was held back.</summary>
    /// <param name="trial">Its number.</param>
    public void Resume(int trial) => _controls.Want(new TrialControlled(trial, TrialControl.Resume));

    /// <summary>Gives a trial up for good.</summary>
    /// <param name="trial">Its number.</param>
    public void Skip(int trial) => _controls.Want(new TrialControlled(trial, TrialControl.Skip));

    /// <summary>Has a configuration tried next.</summary>
    /// <param name="configuration">The configuration; its network need not be one of the settings'.</param>
    public void Add(TrialConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        _controls.Want(new TrialAdded(configuration));
    }

    private CnnExperimentResult ExecuteIn(ExperimentFolder folder, IDataView train, IDataView? validation, IEstimator<ITransformer>? preparation,
        IProgress<CnnRunDetail>? progress)
    {
        var saved = folder.Exists ? folder.ReadDefinition() : null;
        if (saved is not null && !_settings.Resume)
        {
            throw new InvalidOperationException($"The folder '{folder.Path}' holds an experiment: set {nameof(CnnExperimentSettings.Resume)} to go on with it, "
                + "choose another folder, or delete it.");
        }
        var seed = _settings.Seed ?? MlNetEnvironment.Seed(_environment) ?? saved?.Seed ?? Random.Shared.Next();
        var data = ExperimentImages.Prepare(_mlContext, train, validation, preparation, _settings.LabelColumnName,
            validation is null && _settings.Folds is null ? _settings.ValidationFraction : null, validation is null ? _settings.Folds : null, seed);
        var definition = ExperimentSetup.Define(_settings, data, hasValidationSet: validation is not null, seed, saved);
        if (saved is not null)
            definition = ExperimentSetup.Extend(saved, definition);
        folder.Create();
        using var journal = new ExperimentJournal(folder.Journal); // keeps other leaders out, before anything is written
        folder.DeleteRemains();
        folder.Write(definition);

        var worker = new CnnTrialWorker(folder, new TrialJobRunner(_mlContext, folder, definition, data));
        using var own = _settings.Executor is null ? new InProcessExecutor(worker) : null;
        var results = new ExperimentReporting(folder, definition, progress, _settings.Progress, isTemporary: _settings.Folder is null);
        var loop = new ExperimentLoop(folder, definition, journal, new Decisions(definition, Strategy(definition)), own ?? _settings.Executor!, _controls,
            results.Update, _settings.CancellationToken);
        var state = loop.Run();
        return results.Finish(_mlContext, state, _settings.CancellationToken.IsCancellationRequested);
    }

    private static SearchStrategy Strategy(ExperimentDefinition definition)
    {
        var (space, rungs) = (definition.SearchSpace, definition.Rungs);
        IReadOnlyList<double[]> defaults = [.. space.Defaults.Select(space.Encode)];
        return definition.Search switch
        {
            CnnSearchMethod.Random => new RandomSearch(new(space.Dimensions), rungs, definition.Seed),
            CnnSearchMethod.EqualShares => new EqualShares(new(space.Dimensions), rungs, defaults),
            _ => new SuccessiveHalvingSearch(new() { Space = new(space.Dimensions), Rungs = rungs, Seed = definition.Seed, FirstPoints = defaults }),
        };
    }
}
