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
            "Pictures to measure every epoch with; the best epoch's model is saved. MNIST's and CIFAR's are their test images unless told otherwise, and drawn digits are other ones than --data's. Default: none, and the last epoch's model is saved.",
            required: false, DataSource.Parse);
        var epochs = CommandOptions.Number("--epochs", "How often training goes through the data, at least 1.", least: 1);
        epochs.DefaultValueFactory = _ => DefaultEpochs;
        var model = CommandOptions.Text("--out", "FILE", "Where to save the model, such as model.zip. An earlier model there is replaced only once the new one is complete. Ctrl+C ends the training early and saves the best model so far (exit code 130); once more ends at once, without a model.", required: true);
        var json = CommandOptions.Json();

        var command = new Command("train", "Trains a network and saves it.") { model, validation, epochs, json };
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
            Json = result.GetValue(json),
        }));
        return command;
    }
}
