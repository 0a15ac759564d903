using System.ComponentModel;
using System.Reflection;
using Hangfire.Common;
using Hangfire.Server;

namespace Ml.Cnn.Experiments.Hangfire.Jobs;

/// <summary>
/// What a worker does with a job that it has taken. Hangfire finds it by its name, so name and parameters are part of what the storage holds.
/// </summary>
/// <param name="work">What the worker was made for.</param>
/// <param name="folder">Where the worker sees the experiment's folder; null: where the job says.</param>
/// <param name="maximumDeaths">With how many dead workers a job is given up.</param>
/// <param name="report">Told what becomes of jobs.</param>
internal sealed class TrialJob(Action<string, int, CancellationToken> work, string? folder, int maximumDeaths, Action<string> report)
{
    private static readonly MethodInfo s_run = typeof(TrialJob).GetMethod(nameof(Run))!;

    /// <summary>The job as Hangfire stores it.</summary>
    public static Job Of(string folder, int job, string queue) => new(typeof(TrialJob), s_run, [folder, job, null!, CancellationToken.None], queue);

    [DisplayName("Job {1} of {0}")] // in the dashboard
    public void Run(string experiment, int job, PerformContext context, CancellationToken cancellationToken)
    {
        var name = FormattableString.Invariant($"Job {job} of {folder ?? experiment}");
        using var run = TrialRun.Begin(context, job, maximumDeaths);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        report($"{name} begins.");
        try
        {
            work(folder ?? experiment, job, cancellationToken);
            // What stops without an exception is not done, for all that is known here; if it is, then the next worker sees that at once.
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            report($"{name} was stopped.");
            throw exception is OperationCanceledException ? exception : new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception)
        {
            report($"{name} failed: {exception.Message}");
            throw;
        }
        report(FormattableString.Invariant($"{name} is done, after {watch.Elapsed.TotalSeconds:0.0} s."));
    }
}
