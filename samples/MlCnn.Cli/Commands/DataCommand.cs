using System.CommandLine;
using Ml.Cnn.DataQuality;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn data: what a data set holds and what may be wrong with it, before anything is trained on it.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var source = CommandOptions.Source();
        var model = CommandOptions.Text("--model", "FILE",
            "Look for label errors and outliers by a model.zip that 'mlcnn train' saved. Images that it has learned from hide their wrong labels: --folds "
            + "finds more in those.", required: false);
        var folds = CommandOptions.Number("--folds",
            "Look for label errors and outliers by so many networks, at least 2, such as 5: each image is judged by one that has not seen it. Needs --arch, "
            + "and takes what 'mlcnn train' takes to train.", least: 2);
        var architecture = CommandOptions.Architecture("With --folds: the network, such as lenet5 or resnet18; 'mlcnn models' lists them all.",
            required: false);
        var validation = CommandOptions.Parsed("--validation", "SRC",
            "Images that these are to have nothing in common with; those that occur in both, or nearly, are named.", required: false, DataSource.Parse);
        var filter = CommandOptions.Choice<LabelErrorFilter>("--label-errors",
            "Which images are called label errors, once it is known how many there are: by the margin of both classes, by the label's own probability, by "
            + "both, or all that networks are confident of. Default: noiserate.");
        var report = CommandOptions.Text("--report", "DIR",
            "Where to write what was found: report.html, a page with the images; problems.csv, which 'mlcnn train --exclude --relabel' takes; problems.json. "
            + "Without --model and --folds, what can be seen without a network.", required: false);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var json = CommandOptions.Json();
        var training = TrainingOptions.OfFolds();
        var command = new Command("data",
            "Reads every image and tells classes, sizes, images that cannot be read, images that occur twice and files that are passed over. With --model, "
            + "--folds, --validation or --report also what may be wrong with the images: labels, near duplicates, leaks, outliers, odd images.")
        {
            source, model, folds, architecture, validation, filter, report, allowEmpty, json,
        };
        foreach (var option in training)
            option.AddTo(command);
        command.SetAction(result =>
        {
            var allowsEmpty = result.GetValue(allowEmpty);
            using var signals = new StopSignals("Stopping. Once more ends at once.");
            var options = Training.Options(signals.Token);
            var network = result.GetValue(architecture) is { } name ? NetworkChoice.Find(name) : null;
            TrainingOptions.Set(training, result, network, options);
            return DataInspection.Run(new()
            {
                Data = result.GetRequiredValue(source) with { AllowsEmptyClasses = allowsEmpty },
                Validation = result.GetValue(validation) is { } other ? other with { AllowsEmptyClasses = allowsEmpty } : null,
                Model = result.GetValue(model),
                Folds = result.GetValue(folds),
                Architecture = network,
                Options = options,
                LabelErrors = result.GetValue(filter) ?? LabelErrorFilter.NoiseRate,
                Report = result.GetValue(report),
                Json = result.GetValue(json),
                Cancellation = signals.Token,
            });
        });
        return command;
    }
}
