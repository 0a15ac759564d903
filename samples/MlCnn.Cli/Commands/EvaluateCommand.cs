using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn evaluate: how good a model is on labeled images.</summary>
internal static class EvaluateCommand
{
    private const int TopK = 5;

    public static Command Create()
    {
        var model = CommandOptions.Model();
        var data = CommandOptions.Parsed("--data", "SRC", $"The labeled images to measure with: {DataSource.Forms}. MNIST's and CIFAR's are their test images unless told otherwise; drawn digits are other ones than those of training.",
            required: true, DataSource.Parse);
        var crops = CommandOptions.Crops();
        var json = CommandOptions.Json();
        var command = new Command("evaluate", "Measures how well a model tells the classes of labeled images.") { model, data, crops, json };
        command.SetAction(result => Run(result.GetRequiredValue(model), result.GetRequiredValue(data), result.GetValue(crops)!, result.GetValue(json)));
        return command;
    }

    private static int Run(string modelPath, DataSource source, string crops, bool json)
    {
        var mlContext = Messages.CreateContext();
        var data = source.Load(mlContext, DataRole.Evaluation);
        var network = CommandOptions.With(ModelFile.LoadNetwork(mlContext, modelPath), crops);
        var classes = network.ClassNames;
        Labels.RequireKnown(data, classes, "the model");

        var keyed = mlContext.Transforms.Conversion.MapValueToKey(DataSource.LabelColumn,
            keyData: mlContext.Data.LoadFromEnumerable(classes.Select(name => new ClassName { Label = name }))).Fit(data).Transform(data);
        var scored = ImageScoring.Score(mlContext, network, keyed, source.IsFiles);
        var metrics = Messages.While("Scoring the images", () => Evaluate(mlContext, scored, network));
        var result = Summarize(metrics, classes);
        if (json)
            JsonOutput.Write(result);
        else
            EvaluationTables.Write(result, metrics.ConfusionMatrix, Math.Min(TopK, classes.Count));
        return ExitCode.Success;
    }

    private static MulticlassClassificationMetrics Evaluate(MLContext mlContext, IDataView scored, CnnTransformer network)
    {
        try
        {
            return mlContext.MulticlassClassification.Evaluate(scored, DataSource.LabelColumn, network.ScoreColumnName, network.PredictedLabelColumnName,
                topKPredictionCount: Math.Min(TopK, network.ClassNames.Count));
        }
        catch (Exception)
        {
            ImageScoring.ForEach(scored, network, (_, _) => { }); // if images are the reason, this names all of them, not only the first
            throw;
        }
    }

    private static EvaluateResult Summarize(MulticlassClassificationMetrics metrics, IReadOnlyList<string> classes)
    {
        var counts = metrics.ConfusionMatrix.Counts; // [actual][predicted]
        var perClass = classes.Select((label, i) =>
        {
            var (right, support, taken) = (counts[i][i], counts[i].Sum(), counts.Sum(row => row[i]));
            return new ClassEntry(label, taken > 0 ? right / taken : 0, support > 0 ? right / support : 0, (long)support);
        });
        return new EvaluateResult((long)counts.Sum(row => row.Sum()), metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.LogLoss, metrics.TopKAccuracy, [.. perClass]);
    }

    private sealed class ClassName
    {
        public string Label { get; set; } = "";
    }
}
