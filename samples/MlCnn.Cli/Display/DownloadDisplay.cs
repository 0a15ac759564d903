using Ml.Cnn.Trainers.Weights;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>A download on standard error: a bar once there is something to download, and nothing where that is no terminal.</summary>
internal sealed class DownloadDisplay : IProgress<WeightsProgress>
{
    private readonly ProgressTask? _bar;

    private DownloadDisplay(ProgressTask? bar) => _bar = bar;

    /// <summary>Does work that may have to download first.</summary>
    public static T Show<T>(Func<DownloadDisplay, T> work)
    {
        if (!Messages.Progress.Profile.Capabilities.Interactive)
            return work(new(null));
        return Messages.Progress.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = context.AddTask("Reading");
                bar.IsIndeterminate = true;
                return work(new(bar));
            });
    }

    /// <summary>A piece was received.</summary>
    public void Report(WeightsProgress value)
    {
        if (_bar is null)
            return;
        _bar.Description = "Downloading";
        _bar.IsIndeterminate = value.TotalBytes is null;
        _bar.MaxValue = value.TotalBytes ?? double.MaxValue;
        _bar.Value = value.Bytes;
    }
}
