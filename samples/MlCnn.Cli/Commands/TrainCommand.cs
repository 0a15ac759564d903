using System.CommandLine;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn train: what can be said on its command line.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var data = FitOptions.Data();
        var architecture = FitOptions.Architecture();
        var model = CommandOptions.Text("--out", "FILE",
            "Where to save the model, such as model.zip. An earlier model there is replaced only once the new one is complete. Ctrl+C ends the training "
            + "early and saves the best model so far (exit code 130); once more ends at once, without a model.", required: true);
        var validation = CommandOptions.Parsed("--validation", "SRC",
            "Images to measure every epoch with; the best epoch's model is saved. MNIST's and CIFAR's are their test images unless told otherwise, and "
            + "drawn digits are other ones than --data's. Default: none, and the last epoch's model is saved.", required: false, DataSource.Parse);
        var exclude = CommandOptions.Text("--exclude", "FILE.csv",
            "Leaves out the images of --data that problems.csv of 'mlcnn data --report' says to: those with the action exclude, and those with the action "
            + "relabel that --relabel does not change. Default: none.", required: false);
        var relabel = CommandOptions.Text("--relabel", "FILE.csv",
            "Gives the images of --data the classes that problems.csv of 'mlcnn data --report' proposes, where its action is relabel. Default: none.",
            required: false);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var json = CommandOptions.Json();
        var unlabeled = new UnlabeledOptions();
        var folds = CommandOptions.Number("--folds",
            "Deals the images out to so many folds, at least 2, trains a network for each on all other folds, and saves an ensemble of them. Tells how well "
            + "each names its own fold. --checkpoint and --log keep a folder for each, and --time-budget is each one's. Default: one network.", least: 2);
        var training = TrainingOptions.OfTrain();
        var command = new Command("train", "Trains a network and saves it.") { data, architecture, model, validation, exclude, relabel, allowEmpty, folds };
        unlabeled.AddTo(command);
        foreach (var option in training)
            option.AddTo(command);
        command.Add(json);
        command.SetAction(result =>
        {
            var allowsEmpty = result.GetValue(allowEmpty);
            using var signals = new StopSignals();
            var options = Training.Options(signals.Token);
            var network = NetworkChoice.Find(result.GetRequiredValue(architecture));
            TrainingOptions.Set(training, result, network, options);
            return Training.Run(new TrainingRequest
            {
                Data = result.GetRequiredValue(data) with { AllowsEmptyClasses = allowsEmpty },
                Validation = result.GetValue(validation) is { } other ? other with { AllowsEmptyClasses = allowsEmpty } : null,
                Architecture = network,
                Model = result.GetRequiredValue(model),
                Exclude = result.GetValue(exclude),
                Relabel = result.GetValue(relabel),
                KnownModel = !options.KeepKnownClasses ? null : result.GetValue<string>("--weights")
                    ?? throw new UsageException("--add-classes adds to the classes of a model: give it with --weights."),
                Unlabeled = unlabeled.Read(result),
                Folds = result.GetValue(folds),
                Options = options,
                Json = result.GetValue(json),
            });
        });
        return command;
    }
}
