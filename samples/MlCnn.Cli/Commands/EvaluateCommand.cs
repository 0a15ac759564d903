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
        var json = CommandOptions.Json();
        var command = new Command("evaluate", "Measures how well a model tells the classes of labeled images.")
        {
            model, data, crops, onBadImage, allowEmpty, json,
        };
        command.SetAction(result =>
        {
            var mlContext = Messages.CreateContext();
            var network = ModelFile.LoadNetwork(mlContext, result.GetRequiredValue(model), result.GetValue(crops) ?? EvaluationCrops.Center);
            var source = result.GetRequiredValue(data) with { AllowsEmptyClasses = result.GetValue(allowEmpty) };
            return Run(mlContext, network, source, result.GetValue(onBadImage) ?? BadImageHandling.Fail, result.GetValue(json));
        });
        return command;
    }

    private static int Run(MLContext mlContext, CnnTransformer network, DataSource source, BadImageHandling handling, bool json)
    {
        var classes = network.ClassNames;
        var data = source.Load(mlContext, DataRole.Evaluation);
        Labels.RequireKnown(data, classes, "the model");

        var keyed = mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn,
            keyData: mlContext.Data.LoadFromEnumerable(classes.Select(name => new ClassName { Label = name }))).Fit(data).Transform(data);
        var pass = new ScoringPass(ImageScoring.Score(mlContext, network, keyed, source.IsFiles), network, handling);
        var metrics = Messages.While("Scoring the images", () => Evaluate(mlContext, pass, classes.Count));
        var exitCode = pass.Conclude();
        var result = Summarize(metrics, classes, pass);
        if (json)
            JsonOutput.Write(result);
        else if (pass.Scored > 0)
            EvaluationTables.Write(result, metrics.ConfusionMatrix, Math.Min(TopK, classes.Count));
        return exitCode;
    }

    // ML.NET's evaluator takes one pass over the rows, so that they need not be kept.
    private static MulticlassClassificationMetrics Evaluate(MLContext mlContext, ScoringPass pass, int classes)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema[nameof(ScoredRow.Label)].ColumnType = schema[nameof(ScoredRow.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        var rows = pass.Images().Where(image => image.Defect is null).Select(image => new ScoredRow
        {
            Label = image.Label - 1,
            Score = image.Scores,
            PredictedLabel = (uint)image.Scores.IndexOf(image.Scores.Max()),
        });
        return mlContext.MulticlassClassification.Evaluate(mlContext.Data.LoadFromEnumerable(rows, schema), topKPredictionCount: Math.Min(TopK, classes));
    }

    private static EvaluateResult Summarize(MulticlassClassificationMetrics metrics, IReadOnlyList<string> classes, ScoringPass pass)
    {
        if (pass.Scored == 0)
            return new(0, double.NaN, double.NaN, double.NaN, double.NaN, [.. classes.Select(label => new ClassEntry(label, 0, 0, 0))], pass.Bad);
        var counts = metrics.ConfusionMatrix.Counts; // [actual][predicted]
        var perClass = classes.Select((label, i) =>
        {
            var (right, support, taken) = (counts[i][i], counts[i].Sum(), counts.Sum(row => row[i]));
            return new ClassEntry(label, taken > 0 ? right / taken : 0, support > 0 ? right / support : 0, (long)support);
        });
        return new(pass.Scored, metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.LogLoss, metrics.TopKAccuracy, [.. perClass], pass.Bad);
    }

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }

    /// <summary>A row as ML.NET's evaluator takes it. Keys in objects count from 0, and from 1 in data views.</summary>
    private sealed class ScoredRow
    {
        public uint Label { get; set; }

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
