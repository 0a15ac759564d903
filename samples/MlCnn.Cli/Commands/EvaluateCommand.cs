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
        var testTime = CommandOptions.TestTime();
        var onBadImage = CommandOptions.OnBadImage(
            "Whether an image that cannot be read ends the command, or is left out: what is measured is then another set. Every such image is named.",
            BadImageHandling.Fail);
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var precision = CommandOptions.ScoringPrecision();
        var json = CommandOptions.Json();
        var command = new Command("evaluate", "Measures how well a model tells the classes of labeled images. Where that is more than one look of one "
            + "network in float32 (--tta, --precision, an ensemble, a calibrated model), it measures such a look too, and shows what is gained and what it "
            + "costs.")
        {
            model, data, testTime, precision, onBadImage, allowEmpty, json,
        };
        command.SetAction(result =>
        {
            var mlContext = Messages.CreateContext();
            var saved = ModelFile.LoadClassifier(mlContext, result.GetRequiredValue(model));
            var (network, isOtherwise) = (saved, false);
            if (result.GetValue(precision) is { } numbers)
            {
                network = ImageScoring.InPrecision(network, numbers);
                isOtherwise = numbers != Precision.Float32;
            }
            if (result.GetValue(testTime) is { } views)
            {
                network = network.WithTestTimeAugmentation(views);
                isOtherwise |= views != TestTimeAugmentation.None;
            }
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            var handling = result.GetValue(onBadImage) ?? BadImageHandling.Fail;
            return Run(mlContext, network, EvaluationBaseline.Of(saved, isOtherwise), source, handling, result.GetValue(json));
        });
        return command;
    }

    private static int Run(MLContext mlContext, CnnClassifier network, IReadOnlyList<CnnTransformer> baselines, DataSource source,
        BadImageHandling handling, bool json)
    {
        var classes = network.ClassNames;
        var data = source.Load(mlContext, DataRole.Evaluation);
        Labels.RequireKnown(data, classes, "the model");

        var measured = Measure(network);
        var exitCode = measured.Pass.Conclude();
        var result = Summarize(measured, classes);
        if (measured.Pass.Scored > 0)
        {
            var (best, other) = baselines.Select(baseline => (baseline, Measure(baseline))).OrderByDescending(pair => pair.Item2.Metrics.MicroAccuracy)
                .FirstOrDefault();
            result = result with { Comparison = best is null ? null : Compare(measured, classes, other, best) };
        }
        if (json)
            JsonOutput.Write(result);
        else if (measured.Pass.Scored > 0)
            EvaluationTables.Write(result, measured.Metrics.ConfusionMatrix, Math.Min(TopK, classes.Count));
        return exitCode;

        // Keys in the order of the classifier's own classes, which a network of an ensemble may have in another.
        EvaluationPass Measure(CnnClassifier classifier) => EvaluationPass.Run(mlContext, classifier,
            mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn, keyData: mlContext.Data.LoadFromEnumerable(
                classifier.ClassNames.Select(name => new ClassName { Label = name }))).Fit(data).Transform(data), source.IsFiles, handling, TopK);
    }

    private static EvaluationComparison Compare(EvaluationPass measured, IReadOnlyList<string> classes, EvaluationPass baseline, CnnTransformer network)
    {
        var both = measured.Answers.Classes.Zip(baseline.Answers.Classes).Where(pair => pair is { First: not null, Second: not null }).ToArray();
        var same = both.Count(pair => classes[pair.First!.Value] == network.ClassNames[pair.Second!.Value]);
        return new(network.Name, baseline.Metrics.MicroAccuracy, baseline.Metrics.LogLoss, baseline.Answers.CalibrationError, baseline.MillisecondsPerImage,
            both.Length > 0 ? same / (double)both.Length : double.NaN);
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
            CalibrationError = measured.Answers.CalibrationError,
            PredictionSets = measured.Answers.Sets,
        };
    }

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
