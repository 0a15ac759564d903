using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>
/// Scoring on standard error: a bar with the speed and the time that is left; where that is no terminal, as in a cluster's logs, a line a minute.
/// </summary>
/// <param name="what">"Scoring" or the like.</param>
/// <param name="images">How many there are.</param>
/// <param name="before">How many were done before.</param>
internal sealed class ScoringDisplay(string what, long images, long before)
{
    private const int Narrow = 72; // columns, below which there is room for no bar

    private static readonly TimeSpan s_betweenLines = TimeSpan.FromMinutes(1);

    private long _start;
    private long _lastLine;
    private ProgressTask? _bar;
    private string _details = "";

    /// <summary>Does the work with the bar on the screen.</summary>
    public T Show<T>(Func<ScoringDisplay, T> work)
    {
        _start = _lastLine = Stopwatch.GetTimestamp();
        if (!Messages.Progress.Profile.Capabilities.Interactive)
            return work(this);
        return Messages.Progress.Progress()
            .AutoClear(true)
            .Columns(Messages.Progress.Profile.Width >= Narrow
                ? [new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new DetailsColumn(() => _details)]
                : [new TaskDescriptionColumn(), new DetailsColumn(() => _details)])
            .Start(context =>
            {
                _bar = context.AddTask(what, maxValue: Math.Max(1, images));
                _bar.Value = before;
                return work(this);
            });
    }

    /// <summary>So many images are done, those before among them.</summary>
    public void Report(long done)
    {
        if (_bar is null)
        {
            if (Stopwatch.GetElapsedTime(_lastLine) < s_betweenLines)
                return;
            _lastLine = Stopwatch.GetTimestamp();
            Messages.Note(Describe(done));
            return;
        }
        _bar.Value = done;
        _details = Describe(done);
    }

    private string Describe(long done)
    {
        var rate = (done - before) / Math.Max(Stopwatch.GetElapsedTime(_start).TotalSeconds, 1e-3);
        var left = TimeSpan.FromSeconds(Math.Min((images - done) / Math.Max(rate, 1e-9), TimeSpan.MaxValue.TotalSeconds / 2));
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {images:N0}  {rate:N0} images/s  {DetailsColumn.Time(left)} left");
    }
}
