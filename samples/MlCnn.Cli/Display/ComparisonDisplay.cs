using System.Globalization;
using Ml.Cnn.Experiments;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MlCnn.Cli.Display;

/// <summary>An experiment on standard error: a leaderboard that is drawn anew on a terminal, else a line for whatever happens.</summary>
internal sealed class ComparisonDisplay : IProgress<CnnExperimentProgress>
{
    private const int LinesBesideRows = 8;

    private readonly Dictionary<int, int> _told = [];
    private LiveDisplayContext? _live;

    /// <summary>Runs with the leaderboard on the screen.</summary>
    public T Show<T>(Func<T> run)
    {
        if (!Messages.Progress.Profile.Capabilities.Interactive)
            return run();
        return Messages.Progress.Live(new Text("Reading the images …")).AutoClear(true).Start(context =>
        {
            _live = context;
            return run();
        });
    }

    /// <summary>Something happened.</summary>
    public void Report(CnnExperimentProgress value)
    {
        if (_live is not null)
        {
            IRenderable table = ComparisonTable.Of(value, Math.Max(3, Messages.Progress.Profile.Height - LinesBesideRows));
            _live.UpdateTarget(new Rows(table, new Text(Spent(value))));
            return;
        }
        foreach (var run in value.RunDetails)
            Tell(run, value);
    }

    private void Tell(CnnRunDetail run, CnnExperimentProgress progress)
    {
        if (run.ValidationMetrics is not { } metrics)
        {
            if (run.Reason is not null && _told.TryAdd(run.Trial, 0))
                Messages.Note($"Trial {run.Trial}  {run.TrainerName}: {run.Reason}.");
            return;
        }
        if (_told.GetValueOrDefault(run.Trial) == run.Epochs)
            return;
        _told[run.Trial] = run.Epochs;
        Messages.Note(string.Create(CultureInfo.InvariantCulture, $"Trial {run.Trial}  {run.TrainerName}  epoch {run.Epochs}  ")
            + string.Create(CultureInfo.InvariantCulture, $"accuracy {metrics.Accuracy:0.0%}  ")
            + string.Create(CultureInfo.InvariantCulture, $"log loss {metrics.LogLoss:0.000}  {Spent(progress)}"));
    }

    private static string Spent(CnnExperimentProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{TimeSpan.FromSeconds(progress.Seconds):h\\:mm\\:ss} and {progress.Images:N0} images of {progress.Budget}, {progress.RunDetails.Count} trials");
}
