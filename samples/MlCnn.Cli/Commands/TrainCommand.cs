using System.CommandLine;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn train: what can be said on its command line.</summary>
internal static class TrainCommand
{
    private const int DefaultEpochs = 10;

    public static Command Create()
    {
        var fit = new FitOptions();
        var optimization = new OptimizationOptions();
        var validation = CommandOptions.Parsed("--validation", "SRC",
            "Images to measure every epoch with; the best epoch's model is saved. MNIST's and CIFAR's are their test images unless told otherwise, and drawn digits are other ones than --data's. Default: none, and the last epoch's model is saved.",
            required: false, DataSource.Parse);
        var epochs = CommandOptions.Number("--epochs", "How often training goes through the data, at least 1.", least: 1);
        epochs.DefaultValueFactory = _ => DefaultEpochs;
        var validationFraction = CommandOptions.Fraction("--validation-fraction", "Instead of --validation: the share of each class of --data that is kept apart to measure every epoch with, such as 0.1.", includesZero: false);
        var earlyStopping = CommandOptions.Number("--early-stopping", "Ends the training after so many epochs without a better one, at least 1, and saves the best. What counts is the validation accuracy, or the training loss without validation. Default: all epochs are trained.", least: 1);
        var timeBudget = CommandOptions.Duration("--time-budget", "Ends the training after a time such as 90s, 10m or 1.5h, and saves the best model so far. Default: no limit.");
        var checkpoint = CommandOptions.Text("--checkpoint", "DIR", "Where to keep, after every epoch and every five minutes, all that it takes to go on with --resume. Default: nowhere.", required: false);
        var checkpointEvery = CommandOptions.Duration("--checkpoint-every", "After what time the next checkpoint is written, also in the middle of an epoch. Default: 5m.");
        var resume = new Option<bool>("--resume") { Description = "Go on from the newest checkpoint in --checkpoint's folder, to the same model as without the interruption; start afresh where there is none. Other options and images must be as they were." };
        var model = CommandOptions.Text("--out", "FILE", "Where to save the model, such as model.zip. An earlier model there is replaced only once the new one is complete. Ctrl+C ends the training early and saves the best model so far (exit code 130); once more ends at once, without a model.", required: true);
        var log = CommandOptions.Text("--log", "DIR", "Where to keep the training's logs: epochs.csv, epochs.jsonl, curves.png and TensorBoard's event files. With --resume they go on; otherwise those of an earlier training are replaced. Default: nowhere.", required: false);
        var logSteps = new Option<bool>("--log-steps") { Description = "Log every step too: steps.csv, steps.jsonl and TensorBoard's run 'steps'." };
        var json = CommandOptions.Json();

        var command = new Command("train", "Trains a network and saves it.") { model, validation, epochs, validationFraction, earlyStopping, timeBudget, checkpoint, checkpointEvery, resume, log, logSteps, json };
        fit.AddTo(command);
        optimization.AddTo(command);
        optimization.AddScheduleTo(command);
        command.SetAction(result => Training.Run(new TrainingRequest
        {
            Data = result.GetRequiredValue(fit.Data),
            Validation = result.GetValue(validation),
            Architecture = result.GetRequiredValue(fit.Architecture),
            Model = result.GetRequiredValue(model),
            Epochs = result.GetValue(epochs) ?? DefaultEpochs,
            ImageSize = result.GetValue(fit.ImageSize),
            Configure = options =>
            {
                optimization.ApplyPreset(result, options);
                fit.Apply(result, options);
                optimization.Apply(result, options);
            },
            ValidationFraction = result.GetValue(validationFraction),
            EarlyStopping = result.GetValue(earlyStopping),
            TimeBudget = result.GetValue(timeBudget),
            Checkpoint = result.GetValue(checkpoint),
            CheckpointEvery = result.GetValue(checkpointEvery),
            Resume = result.GetValue(resume),
            Log = result.GetValue(log),
            LogSteps = result.GetValue(logSteps),
            Json = result.GetValue(json),
        }));
        return command;
    }
}
