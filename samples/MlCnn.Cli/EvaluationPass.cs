using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>A classifier's scores for labeled images, measured.</summary>
/// <param name="Pass">The images that were scored, and those that could not be.</param>
/// <param name="Metrics">What ML.NET says of the scores.</param>
/// <param name="Answers">What was said of each image, in the order of the rows.</param>
/// <param name="Precision">The numbers that scores were computed in.</param>
/// <param name="MillisecondsPerImage">From the file to the scores, a mean; what the network prepares beforehand is not counted.</param>
internal sealed record EvaluationPass(ScoringPass Pass, MulticlassClassificationMetrics Metrics, EvaluationAnswers Answers, string Precision,
    double MillisecondsPerImage)
{
    /// <summary>Scores labeled images.</summary>
    /// <param name="mlContext">Evaluates.</param>
    /// <param name="network">The classifier.</param>
    /// <param name="keyed">Images with keys of the classifier's classes.</param>
    /// <param name="isFiles">Whether the images are files.</param>
    /// <param name="handling">What bad images do.</param>
    /// <param name="topK">Among how many of the best classes the right one is looked for.</param>
    public static EvaluationPass Run(MLContext mlContext, CnnClassifier network, IDataView keyed, bool isFiles, BadImageHandling handling, int topK)
    {
        network.WarmUp();
        var pass = new ScoringPass(ImageScoring.Score(mlContext, network, keyed, isFiles), network, handling);
        var answers = new EvaluationAnswers(network.Calibration);
        var start = Stopwatch.GetTimestamp();
        var metrics = Messages.While("Scoring the images", () => Evaluate(mlContext, pass, answers, network.ClassNames.Count, topK));
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Math.Max(answers.Classes.Count, 1);
        var precision = network.ScoringCopies[^1].Precision; // of the copies that the warm-up made
        return new(pass, metrics, answers, precision.ToString().ToLowerInvariant(), milliseconds);
    }

    // ML.NET's evaluator takes one pass over the rows, so that they need not be kept.
    private static MulticlassClassificationMetrics Evaluate(MLContext mlContext, ScoringPass pass, EvaluationAnswers answers, int classes, int topK)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema[nameof(ScoredRow.Label)].ColumnType = schema[nameof(ScoredRow.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        var rows = pass.Images().Where(answers.Add).Select(image => new ScoredRow
        {
            Label = image.Label - 1,
            Score = image.Scores,
            PredictedLabel = (uint)answers.Classes[^1]!,
        });
        return mlContext.MulticlassClassification.Evaluate(mlContext.Data.LoadFromEnumerable(rows, schema), topKPredictionCount: Math.Min(topK, classes));
    }

    /// <summary>A row as ML.NET's evaluator takes it. Keys in objects count from 0, and from 1 in data views.</summary>
    private sealed class ScoredRow
    {
        public uint Label { get; set; }

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
