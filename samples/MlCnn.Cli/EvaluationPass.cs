using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>A network's scores for labeled images, measured.</summary>
/// <param name="Pass">The images that were scored, and those that could not be.</param>
/// <param name="Metrics">What ML.NET says of the scores.</param>
/// <param name="Answers">The class of each image, in the order of the rows; null for one that could not be scored.</param>
/// <param name="Precision">The numbers that scores were computed in.</param>
/// <param name="MillisecondsPerImage">From the file to the scores, a mean; what the network prepares beforehand is not counted.</param>
internal sealed record EvaluationPass(ScoringPass Pass, MulticlassClassificationMetrics Metrics, IReadOnlyList<int?> Answers, string Precision,
    double MillisecondsPerImage)
{
    /// <summary>Scores labeled images.</summary>
    /// <param name="mlContext">Evaluates.</param>
    /// <param name="network">The network.</param>
    /// <param name="keyed">Images with keys of the network's classes.</param>
    /// <param name="isFiles">Whether the images are files.</param>
    /// <param name="handling">What bad images do.</param>
    /// <param name="topK">Among how many of the best classes the right one is looked for.</param>
    public static EvaluationPass Run(MLContext mlContext, CnnTransformer network, IDataView keyed, bool isFiles, BadImageHandling handling, int topK)
    {
        network.WarmUp();
        var pass = new ScoringPass(ImageScoring.Score(mlContext, network, keyed, isFiles), network, handling);
        var answers = new List<int?>();
        var start = Stopwatch.GetTimestamp();
        var metrics = Messages.While("Scoring the images", () => Evaluate(mlContext, pass, answers, network.ClassNames.Count, topK));
        var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Math.Max(answers.Count, 1);
        var precision = network.ScoringCopies[^1].Precision; // of the copies that the warm-up made
        return new(pass, metrics, answers, precision.ToString().ToLowerInvariant(), milliseconds);
    }

    // ML.NET's evaluator takes one pass over the rows, so that they need not be kept.
    private static MulticlassClassificationMetrics Evaluate(MLContext mlContext, ScoringPass pass, List<int?> answers, int classes, int topK)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema[nameof(ScoredRow.Label)].ColumnType = schema[nameof(ScoredRow.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), classes);
        schema[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        var rows = pass.Images().Where(IsScored).Select(image => new ScoredRow
        {
            Label = image.Label - 1,
            Score = image.Scores,
            PredictedLabel = (uint)answers[^1]!,
        });
        return mlContext.MulticlassClassification.Evaluate(mlContext.Data.LoadFromEnumerable(rows, schema), topKPredictionCount: Math.Min(topK, classes));

        bool IsScored(ScoredImage image)
        {
            answers.Add(image.Defect is null ? image.Scores.IndexOf(image.Scores.Max()) : null);
            return image.Defect is null;
        }
    }

    /// <summary>A row as ML.NET's evaluator takes it. Keys in objects count from 0, and from 1 in data views.</summary>
    private sealed class ScoredRow
    {
        public uint Label { get; set; }

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }
}
