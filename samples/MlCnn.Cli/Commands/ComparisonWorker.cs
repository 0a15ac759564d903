using System.Collections.Concurrent;
using Microsoft.ML;
using Ml.Cnn.Experiments;
using Ml.Cnn.Experiments.Hangfire;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>Does jobs of comparisons, on the process's first thread: only there does Linux keep large blocks of memory from step to step.</summary>
/// <param name="data">The images as this machine sees them; null: where the experiment says.</param>
/// <param name="validation">The validation images; null: where the experiment says.</param>
/// <param name="device">Where to train; null: as the experiment says.</param>
/// <param name="stored">Where the experiment's files are kept here; null: its folder is seen.</param>
internal sealed class ComparisonWorker(DataSource? data, DataSource? validation, string? device, StoredFolder? stored)
{
    private readonly BlockingCollection<(Action Work, TaskCompletionSource Done)> _jobs = [];
    private readonly Dictionary<string, CnnTrialWorker> _workers = [];

    /// <summary>Works until it is stopped.</summary>
    public void Run(TrialStorage storage, HangfireTrialServerOptions options, CancellationToken stop)
    {
        var server = new HangfireTrialServer(storage, Hand, options).RunAsync(stop);
        _ = server.ContinueWith(_ => _jobs.CompleteAdding(), TaskScheduler.Default);
        foreach (var (work, done) in _jobs.GetConsumingEnumerable(CancellationToken.None))
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
        server.GetAwaiter().GetResult();
    }

    // Called on a thread of the server.
    private void Hand(string folder, int job, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add((() => Do(folder, job, cancellation), done), CancellationToken.None);
        done.Task.GetAwaiter().GetResult();
    }

    private void Do(string folder, int job, CancellationToken cancellation)
    {
        if (stored is null)
            Of(folder).Run(job, cancellation);
        else
            stored.Work.Run(job, (here, number, stop) => Of(here).Run(number, stop), cancellation);
    }

    private CnnTrialWorker Of(string folder)
    {
        if (_workers.TryGetValue(folder, out var worker))
            return worker;
        var mlContext = Messages.CreateContext();
        var notes = new CnnExperimentFolder(folder).Notes;
        var allowsEmpty = notes.GetValueOrDefault(CnnExperimentNotes.AllowsEmptyClasses) == bool.TrueString;
        var images = data ?? Noted(CnnExperimentNotes.Data)
            ?? throw new CommandException($"The experiment in '{folder}' does not say where its images are: give --data.");
        worker = new(mlContext, folder, Load(mlContext, images, DataRole.Training),
            (validation ?? Noted(CnnExperimentNotes.Validation)) is { } other ? Load(mlContext, other, DataRole.Validation) : null,
            Training.Preparation(mlContext, images), device);
        _workers.Add(folder, worker);
        return worker;

        DataSource? Noted(string name) => notes.TryGetValue(name, out var text) ? DataSource.Parse(text) : null;

        IDataView Load(MLContext context, DataSource source, DataRole role) => (source with { AllowsEmptyClasses = allowsEmpty }).Load(context, role);
    }
}
