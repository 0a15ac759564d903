using System.CommandLine;
using System.Globalization;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn calibrate: probabilities that are as sure as they are right, and prediction sets.</summary>
internal static class CalibrateCommand
{
    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC",
            $"Labeled images that training has not seen, a few hundred or more: {DataSource.Forms}. What is measured with them afterwards looks better than it "
            + "is: evaluate with others.", required: true, DataSource.Parse);
        var coverage = CommandOptions.Fraction("--coverage",
            "Give prediction sets too: the share of images whose set of classes is to hold the right one, such as 0.9. Default: no sets.", includesZero: false);
        var keep = new Option<bool>("--keep-probabilities") { Description = "Fit no temperature: only sets." };
        var onBadImage = CommandOptions.OnBadImage("Whether an image that cannot be read ends the command, or is left out.", BadImageHandling.Fail);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var output = CommandOptions.Text("--out", "FILE", "Where to save the calibrated model, such as calibrated.zip.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("calibrate", "Fits a temperature on labeled images, so that probabilities are as sure as they are right, and prediction sets "
            + "that hold the right class as often as stated. The predicted classes stay.")
        {
            model, data, coverage, keep, onBadImage, allowEmpty, output, json,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(keep) && result.GetValue(coverage) is null)
                throw new UsageException("--keep-probabilities without --coverage leaves nothing to fit.");
            var path = result.GetRequiredValue(output);
            OutputFile.CheckWritable(path, "calibrated.zip");
            var mlContext = Messages.CreateContext();
            var pipeline = ModelFile.LoadPipeline(mlContext, result.GetRequiredValue(model));
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var images = LabeledImages.Load(mlContext, pipeline.Classifier, source);
            var options = new CnnCalibrationOptions { Temperature = !result.GetValue(keep), Coverage = result.GetValue(coverage) };
            using var careful = pipeline.Classifier.WithBadImages(result.GetValue(onBadImage) ?? BadImageHandling.Fail);
            var calibration = Messages.While("Scoring the images", () => careful.FitCalibration(images, DataSource.LabelColumn, options));
            pipeline.SaveWith(mlContext, pipeline.Classifier.WithCalibration(calibration), path);
            if (result.GetValue(json))
                JsonOutput.Write(Result(calibration, path));
            else
                Write(calibration, path);
            return ExitCode.Success;
        });
        return command;
    }

    private static CalibrateResult Result(CnnCalibration calibration, string path) => new(calibration.Images, calibration.Temperature, calibration.ErrorBefore,
        calibration.ErrorAfter, calibration.LogLossBefore, calibration.LogLossAfter, calibration.Coverage, calibration.SetThreshold, path);

    private static void Write(CnnCalibration calibration, string path)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("");
        table.AddColumn(new TableColumn("Before").RightAligned());
        table.AddColumn(new TableColumn("After").RightAligned());
        table.AddRow("Calibration error", Percent(calibration.ErrorBefore), Percent(calibration.ErrorAfter));
        table.AddRow("Log loss", Number(calibration.LogLossBefore), Number(calibration.LogLossAfter));
        Messages.Output.Write(table);
        Messages.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Temperature {calibration.Temperature:0.###}, from {calibration.Images:N0} images."));
        if (calibration is { Coverage: { } coverage, SetThreshold: { } threshold })
        {
            Messages.Output.WriteLine(threshold > 0
                ? string.Create(CultureInfo.InvariantCulture,
                    $"Sets that hold the class of {Percent(coverage)} of the images: all classes with a probability of {threshold:0.####} or more.")
                : $"For sets that hold the class of {Percent(coverage)} of the images there are too few images: every set holds every class.");
        }
        Messages.Output.WriteLine($"Saved to {path}. Measure it with other images: mlcnn evaluate --model {path} --data SRC");
    }

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.0} %");

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
