using System.CommandLine;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.BulkScoring;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn evaluate: how good a model is on labeled images.</summary>
internal static class EvaluateCommand
{
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
        var report = CommandOptions.Text("--report", "DIR", "A folder for report.html, one page with the measures of every class, the confusion matrix with "
            + "the images behind every number, the worst mistakes and curves, and for report.json, the same for programs.", required: false);
        var against = CommandOptions.Text("--against", "FILE", "Another model.zip of the same classes: the report and --json tell which of both is better, "
            + "and whether that is more than chance (McNemar's test).", required: false);
        var scores = CommandOptions.Text("--scores", "FILE", "The scores of the images, which 'mlcnn score' or 'mlcnn merge' wrote with every class (--top): "
            + "no image is scored again. Not with --tta, --precision and --against.", required: false);
        var costs = CommandOptions.Text("--costs", "FILE", "What mistakes cost: a .csv file with the heading actual,predicted,cost and a line for each mistake "
            + $"that costs something else than 1; '{CnnCosts.AnyClass}' stands for any class.", required: false);
        var json = CommandOptions.Json();
        var command = new Command("evaluate", "Measures how well a model tells the classes of labeled images. Where that is more than one look of one "
            + "network in float32 (--tta, --precision, an ensemble, a calibrated model), it measures such a look too, and shows what is gained and what it "
            + "costs.")
        {
            model, data, testTime, precision, onBadImage, allowEmpty, report, scores, against, costs, json,
        };
        command.SetAction(result =>
        {
            Option[] others = [testTime, precision, against];
            if (result.GetResult(scores) is not null && others.FirstOrDefault(option => result.GetResult(option) is not null) is { } other)
                throw new UsageException($"--scores: the scores are there already; {other.Name} cannot change them.");
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
            return Run(mlContext, new()
            {
                Model = result.GetRequiredValue(model),
                Network = network,
                Scores = result.GetValue(scores) is { } there ? FileScores.Open(there, result.GetRequiredValue(model), network.ClassNames.Count) : null,
                Baselines = result.GetValue(scores) is null ? EvaluationBaseline.Of(saved, isOtherwise) : [],
                Against = result.GetValue(against) is { } file ? (file, LoadOther(mlContext, file, network)) : null,
                Source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) },
                Handling = result.GetValue(onBadImage) ?? BadImageHandling.Fail,
                Report = result.GetValue(report),
                Costs = result.GetValue(costs) is { } list ? LoadCosts(list, network.ClassNames) : null,
                Json = result.GetValue(json),
            });
        });
        return command;
    }

    /// <summary>What the command line asks for.</summary>
    private sealed record Request
    {
        public required string Model { get; init; }

        public required CnnClassifier Network { get; init; }

        public required FileScores? Scores { get; init; }

        public required IReadOnlyList<CnnTransformer> Baselines { get; init; }

        public required (string File, CnnClassifier Network)? Against { get; init; }

        public required DataSource Source { get; init; }

        public required BadImageHandling Handling { get; init; }

        public required string? Report { get; init; }

        public required CnnCosts? Costs { get; init; }

        public required bool Json { get; init; }
    }

    private static CnnClassifier LoadOther(MLContext mlContext, string file, CnnClassifier network)
    {
        CnnClassifier other;
        try
        {
            other = ModelFile.LoadClassifier(mlContext, file);
        }
        catch (CommandException e)
        {
            throw new CommandException(e.Message.Replace("--model", "--against", StringComparison.Ordinal), e.InnerException);
        }
        var missing = network.ClassNames.Except(other.ClassNames).Concat(other.ClassNames.Except(network.ClassNames)).ToArray();
        return missing.Length == 0 ? other : throw new CommandException($"--against: the model in '{file}' has other classes than that of --model: "
            + $"{string.Join(", ", missing.Take(5).Select(name => $"'{name}'"))}{(missing.Length > 5 ? ", …" : "")} {(missing.Length == 1 ? "is" : "are")} in "
            + "one of them alone. Only models of the same classes can be compared.");
    }

    private static CnnCosts LoadCosts(string file, IReadOnlyList<string> classes)
    {
        try
        {
            var costs = CnnCosts.Load(file);
            costs.RequireClasses(classes);
            return costs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            throw new CommandException($"--costs: {e.Message}", e);
        }
    }

    private static int Run(MLContext mlContext, Request request)
    {
        var (network, classes) = (request.Network, request.Network.ClassNames);
        var data = request.Source.Load(mlContext, DataRole.Evaluation);
        Labels.RequireKnown(data, classes, "the model");
        if (request.Report is { } folder)
            EvaluationReport.CheckWritable(folder);

        var measured = Measure(network, new() { Costs = request.Costs, RanksClasses = request.Json || request.Report is not null });
        var exitCode = measured.Pass.Conclude();
        var result = Summarize(measured, classes);
        if (measured.Evaluation is { } evaluation)
        {
            var (best, other) = request.Baselines.Select(baseline => (baseline, Measure(baseline, new() { RanksClasses = false })))
                .OrderByDescending(pair => pair.Item2.Evaluation?.Accuracy.Value).FirstOrDefault();
            result = result with { Comparison = other?.Evaluation is null ? null : Compare(measured, classes, other, best) };
            var against = request.Against is { } rival ? Measure(rival.Network, new() { RanksClasses = false }).Evaluation : null;
            var comparison = against is null ? null : evaluation.CompareWith(against);
            if (request.Report is { } target)
            {
                EvaluationReport.Write(target, $"{Path.GetFileName(request.Model)} on {request.Source.Text}", data, evaluation,
                    network, against is null ? null : (request.Against!.Value.File, against));
            }
            if (!request.Json)
                EvaluationTables.Write(result, evaluation, against, comparison);
            else
                result = result with { Evaluation = JsonSerializer.Deserialize<JsonElement>(evaluation.ToJson(comparison)) };
        }
        if (request.Json)
            JsonOutput.Write(result);
        return exitCode;

        EvaluationPass Measure(CnnClassifier classifier, CnnEvaluationOptions options) =>
            request.Scores is not { } scores
                ? EvaluationPass.Run(mlContext, classifier, Keyed(data, classifier), request.Source.IsFiles, request.Handling, options)
                : EvaluationPass.Measure(mlContext, classifier, Keyed(scores.Of(mlContext, classifier, data, request.Source), classifier), request.Handling,
                    options) with
                {
                    Precision = scores.Precision,
                };

        // In the order of the classifier's own classes, which a network of an ensemble may have in another.
        IDataView Keyed(IDataView labeled, CnnClassifier classifier) => mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn,
            keyData: mlContext.Data.LoadFromEnumerable(classifier.ClassNames.Select(name => new ClassName { Label = name }))).Fit(labeled).Transform(labeled);
    }

    private static EvaluationComparison Compare(EvaluationPass measured, IReadOnlyList<string> classes, EvaluationPass baseline, CnnTransformer network)
    {
        var both = measured.Answers.Classes.Zip(baseline.Answers.Classes).Where(pair => pair is { First: not null, Second: not null }).ToArray();
        var same = both.Count(pair => classes[pair.First!.Value] == network.ClassNames[pair.Second!.Value]);
        var evaluation = baseline.Evaluation!;
        return new(network.Name, evaluation.Accuracy.Value, evaluation.LogLoss.Value, evaluation.Calibration.Error, baseline.MillisecondsPerImage,
            both.Length > 0 ? same / (double)both.Length : double.NaN);
    }

    private static EvaluateResult Summarize(EvaluationPass measured, IReadOnlyList<string> classes) => measured.Evaluation is not { } evaluation
        ? new(0, double.NaN, double.NaN, double.NaN, double.NaN, [.. classes.Select(label => new ClassEntry(label, 0, 0, 0))], measured.Pass.Bad)
        : new(measured.Pass.Scored, evaluation.Accuracy.Value, evaluation.MacroAccuracy.Value, evaluation.LogLoss.Value, evaluation.TopAccuracy[^1].Value,
            [.. evaluation.Classes.Select(ClassEntry.Of)], measured.Pass.Bad)
        {
            Precision = measured.Precision,
            MillisecondsPerImage = measured.MillisecondsPerImage,
            CalibrationError = evaluation.Calibration.Error,
            PredictionSets = measured.Answers.Sets,
        };

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
