using Ml.Cnn.Experiments.Execution;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments;

/// <summary>An experiment that another process leads, seen through its folder: read while it goes on, and told what to do with single trials.</summary>
public sealed class CnnExperimentFolder
{
    private readonly ExperimentFolder _folder;

    /// <summary>The experiment in a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no experiment in it.</exception>
    public CnnExperimentFolder(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _folder = new ExperimentFolder(path);
        if (!_folder.Exists)
            throw new DirectoryNotFoundException($"There is no experiment in '{_folder.Path}'.");
    }

    /// <summary>What the program that began the experiment noted for its workers.</summary>
    /// <exception cref="InvalidDataException">The settings cannot be read.</exception>
    public IReadOnlyDictionary<string, string> Notes => _folder.ReadDefinition().Notes;

    /// <summary>What the experiment has come to so far, without its model.</summary>
    /// <exception cref="InvalidDataException">Settings or journal cannot be read.</exception>
    public CnnExperimentResult Read() =>
        new ExperimentReporting(_folder, _folder.ReadDefinition(), ofTrials: null, ofAll: null)
            .Result(ExperimentState.Of(ExperimentJournal.Read(_folder.Journal)), isCanceled: false);

    /// <summary>Asks the leading process to hold a trial back, as <see cref="CnnExperiment.Pause"/> does.</summary>
    /// <param name="trial">Its number.</param>
    public void Pause(int trial) => TrialControls.Leave(_folder, new TrialControlled(trial, TrialControl.Pause));

    /// <summary>Asks it to let a trial go on that was held back.</summary>
    /// <param name="trial">Its number.</param>
    public void Resume(int trial) => TrialControls.Leave(_folder, new TrialControlled(trial, TrialControl.Resume));

    /// <summary>Asks it to give a trial up for good.</summary>
    /// <param name="trial">Its number.</param>
    public void Skip(int trial) => TrialControls.Leave(_folder, new TrialControlled(trial, TrialControl.Skip));

    /// <summary>Asks it to try a configuration next.</summary>
    /// <param name="configuration">The configuration.</param>
    public void Add(TrialConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        TrialControls.Leave(_folder, new TrialAdded(configuration));
    }
}
