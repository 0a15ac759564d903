using Microsoft.ML;
using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Jobs;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments;

/// <summary>
/// Does jobs of an experiment that another process leads. <c>new CnnTrialWorker(mlContext, folder, train, validation).Run(job, cancellationToken)</c>
/// </summary>
/// <remarks>
/// The folder and the images must be those of the experiment, wherever they lie here. A job's trial is locked while it is trained, so that two workers never
/// train it at a time.
/// </remarks>
public sealed class CnnTrialWorker
{
    private readonly ExperimentFolder _folder;
    private readonly TrialJobRunner _runner;

    /// <summary>A worker on an experiment's folder.</summary>
    /// <param name="mlContext">ML.NET.</param>
    /// <param name="folder">The experiment's, as this process sees it.</param>
    /// <param name="train">The training data of the experiment.</param>
    /// <param name="validation">Its validation set; null where it had none.</param>
    /// <param name="preFeaturizer">What comes before the network, as in the experiment; null where there was nothing.</param>
    /// <param name="device">Where to train: "cuda:1"; null: as the experiment says.</param>
    /// <exception cref="InvalidDataException">The folder's settings cannot be read.</exception>
    /// <exception cref="InvalidOperationException">The data has other classes, or another number of images, than the experiment's.</exception>
    /// <exception cref="IOException">There is no experiment in the folder.</exception>
    public CnnTrialWorker(MLContext mlContext, string folder, IDataView train, IDataView? validation = null, IEstimator<ITransformer>? preFeaturizer = null,
        string? device = null)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(train);
        _folder = new ExperimentFolder(folder);
        var definition = _folder.ReadDefinition();
        definition = definition with { Device = device ?? definition.Device };
        var data = ExperimentImages.Prepare(mlContext, train, validation, preFeaturizer, definition.LabelColumnName, definition.ValidationFraction,
            definition.Folds, definition.Seed);
        data.RequireClasses(definition.Data.Classes);
        _runner = new(mlContext, _folder, definition, data);
    }

    internal CnnTrialWorker(ExperimentFolder folder, TrialJobRunner runner) => (_folder, _runner) = (folder, runner);

    /// <summary>Does a job, unless its result is in the folder already: trains from the trial's newest checkpoint, and writes the result.</summary>
    /// <param name="job">Its number, from 1.</param>
    /// <param name="cancellationToken">Ends it at its next step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <exception cref="IOException">The result cannot be written, or another process does the job.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The journal has no such job.</exception>
    public void Run(int job, CancellationToken cancellationToken)
    {
        var state = ExperimentState.Of(ExperimentJournal.Read(_folder.Journal));
        if (job < 1 || job > state.Jobs)
            throw new ArgumentOutOfRangeException(nameof(job), job, FormattableString.Invariant($"The experiment's journal has jobs 1 to {state.Jobs}."));
        var decided = state.Job(job);
        var earlier = state[decided.Trial].Jobs.Where(other => other.Decision.Job < job).ToArray();
        _runner.Run(decided, earlier is [var first, ..] ? first.Decision : decided, earlier.LastOrDefault(other => other.Result?.Metrics is not null)?.Result,
            cancellationToken);
    }
}
