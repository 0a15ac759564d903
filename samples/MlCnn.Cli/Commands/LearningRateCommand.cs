using System.CommandLine;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn lr-find: the loss over rising learning rates, and the one to take.</summary>
internal static class LearningRateCommand
{
    private const double DefaultLowest = 1e-6;
    private const double DefaultHighest = 10;
    private const int DefaultSteps = 100;

    public static Command Create()
    {
        var source = FitOptions.Data();
        var network = FitOptions.Architecture();
        var training = TrainingOptions.OfLearningRateFinder();
        var lowest = CommandOptions.PositiveNumber("--from", "The first step's learning rate, above 0. Default: 0.000001.");
        var highest = CommandOptions.PositiveNumber("--to",
            "The last step's, above --from. Default: 10; it ends earlier once the loss has grown to four times its lowest value.");
        var steps = CommandOptions.Number("--steps", "Training steps, at least 10. Default: 100.", least: 10);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var json = CommandOptions.Json();
        var command = new Command("lr-find",
            "Looks for a learning rate: trains a few steps at rising rates and watches the loss (Smith 2015, section 3.3). Saves nothing.") { source, network };
        foreach (var option in training)
            option.AddTo(command);
        foreach (var option in (Option[])[lowest, highest, steps, allowEmpty, json])
            command.Add(option);
        command.SetAction(result =>
        {
            var (from, to) = (result.GetValue(lowest) ?? DefaultLowest, result.GetValue(highest) ?? DefaultHighest);
            if (from >= to)
                throw new UsageException(FormattableString.Invariant($"--to must be above --from, not {to} above {from}."));
            var data = result.GetRequiredValue(source) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var architecture = NetworkChoice.Find(result.GetRequiredValue(network));
            using var signals = new StopSignals();
            var options = Training.Options(signals.Token);
            TrainingOptions.Set(training, result, architecture, options);
            Training.CheckImageSize(architecture, options.ImageSize, data);
            var mlContext = Messages.CreateContext();
            var trainer = mlContext.MulticlassClassification.Trainers.Cnn(architecture, options);
            var rows = data.Load(mlContext, DataRole.Training);
            try
            {
                var curve = Messages.While("Looking for a learning rate", () =>
                    trainer.FindLearningRate(
                    Training.Preparation(mlContext, data).Fit(rows).Transform(rows), from, to, result.GetValue(steps) ?? DefaultSteps));
                Tell(curve, result.GetValue(json));
                return ExitCode.Success;
            }
            catch (OperationCanceledException)
            {
                Messages.Error("Stopped: there is no whole curve to read a learning rate from.");
                return ExitCode.Interrupted;
            }
        });
        return command;
    }

    private static void Tell(LearningRateCurve curve, bool json)
    {
        if (json)
            JsonOutput.Write(new LearningRateResult(curve.Suggestion,
                [.. curve.Points.Select(p => new LearningRateEntry(p.LearningRate, p.Loss, p.SmoothedLoss))]));
        else
            LearningRateChart.Write(curve);
    }
}
