using System.Globalization;
using Ml.Cnn.Trainers;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>Training on standard error: a bar for the epoch under way and a line for each one done; only the lines where that is no terminal.</summary>
internal sealed class TrainingDisplay(bool hasValidation) : IProgress<CnnProgress>
{
    // Columns of the terminal: from Wide on there is room for every word, below Narrow for no bar.
    private const int VeryWide = 125;
    private const int Wide = 100;
    private const int Narrow = 72;

    private readonly int _width = Messages.Progress.Profile.Width;
    private ProgressTask? _bar;
    private string _details = "";

    /// <summary>Trains with the bar on the screen.</summary>
    public T Show<T>(Func<T> train)
    {
        if (!Messages.Progress.Profile.Capabilities.Interactive)
            return train();
        return Messages.Progress.Progress()
            .AutoClear(true)
            .Columns(_width >= Narrow
                ? [new TaskDescriptionColumn(), Bar(), new DetailsColumn(() => _details)]
                : [new TaskDescriptionColumn(), new DetailsColumn(() => _details)])
            .Start(context =>
            {
                _bar = context.AddTask("Preparing", maxValue: 1);
                _bar.IsIndeterminate = true;
                return train();
            });
    }

    /// <summary>What was left open has been decided: a line each, and why.</summary>
    public static void Chosen(IReadOnlyList<CnnChosenOption> options)
    {
        foreach (var option in options)
            Messages.Note($"{Words(option.Name)} {option.Value}: {option.Reason}.");
    }

    // BatchSize → Batch size.
    private static string Words(string name) =>
        name[0] + string.Concat(name.Skip(1).Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    /// <summary>A training step was made.</summary>
    public void Report(CnnProgress value)
    {
        if (_bar is null)
            return;
        _bar.IsIndeterminate = false;
        _bar.Description = $"Epoch {Count(value.Epoch, value.Epochs)}";
        _bar.MaxValue = value.ImagesInEpoch;
        _bar.Value = value.Images;
        _details = value.Images >= value.ImagesInEpoch && hasValidation ? "validating"
            : _width >= Wide ? string.Create(CultureInfo.InvariantCulture,
                $"{value.ImagesPerSecond:N0} images/s  loss {value.Loss:0.0000}  accuracy {value.Accuracy * 100:0.0} %"
                + $"{Rest(value)}  {DetailsColumn.Time(value.Remaining)} left")
            : FormattableString.Invariant($"{value.ImagesPerSecond:N0}/s  loss {value.Loss:0.00}  {value.Accuracy * 100:0.0} %")
                + $"  {DetailsColumn.Time(value.Remaining)} left";
    }

    /// <summary>An epoch is over.</summary>
    public static void EpochEnded(CnnEpoch epoch)
    {
        var validation = epoch.ValidationAccuracy is { } accuracy
            ? FormattableString.Invariant($"  validation {accuracy * 100:0.0} %{(epoch.IsBest ? " (best)" : "")}") : "";
        Messages.Note(FormattableString.Invariant($"Epoch {Count(epoch.Epoch, epoch.Epochs)}  loss {epoch.Loss:0.0000}  ")
            + FormattableString.Invariant($"accuracy {epoch.Accuracy * 100:0.0} %{validation}")
            + FormattableString.Invariant($"  {epoch.Seconds:0.0} s  {epoch.ImagesPerSecond:N0} images/s"));
    }

    // Where a line is long enough for it.
    private string Rest(CnnProgress value) =>
        _width >= VeryWide ? FormattableString.Invariant($"  rate {value.LearningRate:0.#####}  {value.Memory / 1e9:0.0} GB") : "";

    private ProgressBarColumn Bar() => new() { Width = _width >= Wide ? 24 : 12 };

    private static string Count(int epoch, int epochs)
    {
        var all = FormattableString.Invariant($"{epochs}");
        return $"{FormattableString.Invariant($"{epoch}").PadLeft(all.Length)}/{all}";
    }
}
