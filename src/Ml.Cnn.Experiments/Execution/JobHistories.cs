using Ml.Cnn.Experiments.Storage;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>The epochs of jobs that have ended, each read from its file once: when it is first asked for, on whatever thread.</summary>
/// <param name="folder">The experiment's.</param>
/// <param name="isTemporary">Whether the folder goes before whoever may ask: then nothing is put off.</param>
internal sealed class JobHistories(ExperimentFolder folder, bool isTemporary = false)
{
    private readonly Dictionary<int, Lazy<IReadOnlyList<CnnEpoch>>> _known = [];

    /// <summary>Those of a job that has a result. Empty where its file is no longer there when they are read.</summary>
    public Lazy<IReadOnlyList<CnnEpoch>> Of(int job)
    {
        if (_known.TryGetValue(job, out var known))
            return known;
        // Several threads may read at a time: the first that is done counts. A failure is not kept.
        known = new(() => folder.ReadJob(job)?.History ?? [], LazyThreadSafetyMode.PublicationOnly);
        _known.Add(job, known);
        if (isTemporary)
            _ = known.Value;
        return known;
    }
}
