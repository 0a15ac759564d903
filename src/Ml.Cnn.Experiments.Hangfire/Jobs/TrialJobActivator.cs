using Hangfire;

namespace Ml.Cnn.Experiments.Hangfire.Jobs;

/// <summary>Gives Hangfire the one object that does the jobs of a worker.</summary>
internal sealed class TrialJobActivator(TrialJob job) : JobActivator
{
    public override object ActivateJob(Type jobType) => jobType == typeof(TrialJob)
        ? job
        : throw new InvalidOperationException($"The queue holds a job of type {jobType}, which is none of an experiment: give experiments their own queue.");
}
