using System.CommandLine;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>How long a training goes on and what it leaves behind beside the model.</summary>
internal static class RunOptions
{
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<TrainingOption> All() =>
    [
        Epochs(),
        TrainingOption.Of(CommandOptions.Number("--steps",
            "Instead of --epochs: steps that training takes, at least 1, filled up to whole epochs. Default: the preset's, or by the number of images.",
            least: 1),
            (options, steps) => options.Steps = steps),
        TrainingOption.Of(CommandOptions.Fraction("--validation-fraction",
            "Instead of --validation: the share of each class of --data that is kept apart to measure every epoch with, such as 0.1.", includesZero: false),
            (options, share) => options.ValidationFraction = share),
        TrainingOption.Of(CommandOptions.Number("--early-stopping",
            "Ends the training after so many epochs without a better one, at least 1, and saves the best. What counts is the validation accuracy, or "
            + "the training loss without validation. Default: a third of the epochs where --weights are validated, else all epochs are trained.", least: 1),
            (options, patience) => options.EarlyStopping = new() { Patience = patience }),
        TrainingOption.Of(CommandOptions.Duration("--time-budget",
            "Ends the training after a time such as 90s, 10m or 1.5h, and saves the best model so far. Default: no limit."),
            (options, time) => options.TimeBudget = time),
        Checkpoints(),
        TrainingOption.Of(CommandOptions.Text("--log", "DIR",
            "Where to keep the training's logs: epochs.csv, epochs.jsonl, curves.png and TensorBoard's event files; how each class's validation images are "
            + "named (classes.csv, classes.jsonl); the first images as the network sees them (batch); and at the end all of it as a page, report.html. With "
            + "--resume they go on; otherwise those of an earlier training are replaced. Default: nowhere.", required: false),
            (options, folder) => (options.LogFolder, options.Logs) = (folder, options.Logs | TrainingLogs.Classes | TrainingLogs.Batch)),
        TrainingOption.Flag("--log-steps", "Log every step too: steps.csv, steps.jsonl and TensorBoard's run 'steps'.",
            options => options.Logs |= TrainingLogs.Steps),
        TrainingOption.Flag("--log-weights", "Log the weights too: histograms and the first filters, by epoch, in TensorBoard's run 'pictures'.",
            options => options.Logs |= TrainingLogs.Weights),
    ];

    public static TrainingOption Epochs() => TrainingOption.Of(
        CommandOptions.Number("--epochs",
            "How often training goes through the data, at least 1. Default: by the number of images, from 10 to 100; it is told why.", least: 1),
        (options, epochs) => options.Epochs = epochs);

    private static TrainingOption Checkpoints()
    {
        var folder = CommandOptions.Text("--checkpoint", "DIR",
            "Where to keep, after every epoch and every five minutes, all that it takes to go on with --resume. Default: nowhere.", required: false);
        var every = CommandOptions.Duration("--checkpoint-every",
            "After what time the next checkpoint is written, also in the middle of an epoch. Default: 5m.");
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on from the newest checkpoint in --checkpoint's folder, to the same model as without the interruption; start afresh where "
                + "there is none. Other options and images must be as they were.",
        };
        return TrainingOption.Of([folder, every, resume], (result, options) => options.Checkpoints = new()
        {
            Folder = result.GetValue(folder) ?? throw new UsageException(
                $"{(result.GetValue(resume) ? "--resume" : "--checkpoint-every")} needs --checkpoint, the folder of the checkpoints."),
            Every = result.GetValue(every) ?? s_betweenCheckpoints,
            Resume = result.GetValue(resume),
        });
    }
}
