using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn evaluate: how good a model is on labeled images.</summary>
internal static class EvaluateCommand
{
    private const int TopK = 5;

    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC",
            $"The labeled images to measure with: {DataSource.Forms}. MNIST's and CIFAR's are their test images unless told otherwise; drawn digits are "
            + "other ones than those of training.", required: true, DataSource.Parse);
        var crops = CommandOptions.Crops();
        var onBadImage = CommandOptions.OnBadImage(
            "Whether an image that cannot be read ends the command, or is left out: what is measured is then another set. Every such image is named.",
            BadImageHandling.Fail);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var precision = CommandOptions.ScoringPrecision();
        var json = CommandOptions.Json();
        var command = new Command("evaluate", "Measures how well a model tells the classes of labeled images. With --precision or --crops it measures the "
            + "middle of the images in float32 too, and shows what the choice gains and costs.")
        {
            model, data, crops, precision, onBadImage, allowEmpty, json,
        };
        command.SetAction(result =>
        {
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadNetwork(mlContext, result.GetRequiredValue(model));
            var baseline = network.WithScoring(network.Scoring with { Precision = Precision.Float32 });
            var isOtherwise = false;
            if (result.GetValue(precision) is { } numbers)
            {
                network = ImageScoring.InPrecision(network, numbers);
                isOtherwise = numbers != Precision.Float32;
            }
            if (result.GetValue(crops) is { } parts && parts != EvaluationCrops.Center)
            {
                network = network.WithCrops(parts);
                isOtherwise = true;
            }
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            return Run(mlContext, network, isOtherwise ? baseline : null, source, result.GetValue(onBadImage) ?? BadImageHandling.Fail, result.GetValue(json));
        });
        return command;
    }

    private static int Run(MLContext mlContext, CnnTransformer network, CnnTransformer? baseline, DataSource source, BadImageHandling handling, bool json)
    {
        var classes = network.ClassNames;
        var data = source.Load(mlContext, DataRole.Evaluation);
        Labels.RequireKnown(data, classes, "the model");

        var keyed = mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn,
            keyData: mlContext.Data.LoadFromEnumerable(classes.Select(name => new ClassName { Label = name }))).Fit(data).Transform(data);
        var measured = EvaluationPass.Run(mlContext, network, keyed, source.IsFiles, handling, TopK);
        var exitCode = measured.Pass.Conclude();
        var result = Summarize(measured, classes);
        if (baseline is not null && measured.Pass.Scored > 0)
            result = result with { Comparison = Compare(measured, EvaluationPass.Run(mlContext, baseline, keyed, source.IsFiles, handling, TopK)) };
        if (json)
            JsonOutput.Write(result);
        else if (measured.Pass.Scored > 0)
            EvaluationTables.Write(result, measured.Metrics.ConfusionMatrix, Math.Min(TopK, classes.Count));
        return exitCode;
    }

    private static EvaluationComparison Compare(EvaluationPass measured, EvaluationPass baseline)
    {
        var both = measured.Answers.Zip(baseline.Answers).Where(pair => pair is { First: not null, Second: not null }).ToArray();
        return new(baseline.Metrics.MicroAccuracy, baseline.Metrics.LogLoss, baseline.MillisecondsPerImage,
            both.Length > 0 ? both.Count(pair => pair.First == pair.Second) / (double)both.Length : double.NaN);
    }

    private static EvaluateResult Summarize(EvaluationPass measured, IReadOnlyList<string> classes)
    {
        var (metrics, pass) = (measured.Metrics, measured.Pass);
        if (pass.Scored == 0)
            return new(0, double.NaN, double.NaN, double.NaN, double.NaN, [.. classes.Select(label => new ClassEntry(label, 0, 0, 0))], pass.Bad);
        var counts = metrics.ConfusionMatrix.Counts; // [actual][predicted]
        var perClass = classes.Select((label, i) =>
        {
            var (right, support, taken) = (counts[i][i], counts[i].Sum(), counts.Sum(row => row[i]));
            return new ClassEntry(label, taken > 0 ? right / taken : 0, support > 0 ? right / support : 0, (long)support);
        });
        return new(pass.Scored, metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.LogLoss, metrics.TopKAccuracy, [.. perClass], pass.Bad)
        {
            Precision = measured.Precision,
            MillisecondsPerImage = measured.MillisecondsPerImage,
        };
    }

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
