using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>A classifier's scores for labeled images, measured.</summary>
/// <param name="Pass">The images that were scored, and those that could not be.</param>
/// <param name="Evaluation">What the scores come to; null where no image could be scored.</param>
/// <param name="Answers">What was said of each image, in the order of the rows.</param>
/// <param name="Precision">The numbers that scores were computed in.</param>
/// <param name="MillisecondsPerImage">
/// From the file to the scores, a mean; what the network prepares beforehand is not counted. NaN where scores were there before.
/// </param>
internal sealed record EvaluationPass(ScoringPass Pass, CnnEvaluation? Evaluation, EvaluationAnswers Answers, string Precision, double MillisecondsPerImage)
{
    /// <summary>Scores labeled images.</summary>
    /// <param name="mlContext">Evaluates.</param>
    /// <param name="network">The classifier.</param>
    /// <param name="keyed">Images with keys of the classifier's classes.</param>
    /// <param name="isFiles">Whether the images are files.</param>
    /// <param name="handling">What bad images do.</param>
    /// <param name="options">What is measured; the columns and classes are this pass's own.</param>
    public static EvaluationPass Run(MLContext mlContext, CnnClassifier network, IDataView keyed, bool isFiles, BadImageHandling handling,
        CnnEvaluationOptions options)
    {
        network.WarmUp();
        var start = Stopwatch.GetTimestamp();
        var measured = Messages.While("Scoring the images",
            () => Measure(mlContext, network, ImageScoring.Score(mlContext, network, keyed, isFiles), handling, options));
        return measured with
        {
            Precision = network.ScoringCopies[^1].Precision.ToString().ToLowerInvariant(), // of the copies that the warm-up made
            MillisecondsPerImage = Stopwatch.GetElapsedTime(start).TotalMilliseconds / Math.Max(measured.Answers.Classes.Count, 1),
        };
    }

    /// <summary>Measures scores that are there already.</summary>
    /// <param name="mlContext">Evaluates.</param>
    /// <param name="network">The classifier that they are of.</param>
    /// <param name="scored">With keys of its classes, and scores as it gives them.</param>
    /// <param name="handling">What bad images do.</param>
    /// <param name="options">What is measured; the columns and classes are this pass's own.</param>
    public static EvaluationPass Measure(MLContext mlContext, CnnClassifier network, IDataView scored, BadImageHandling handling, CnnEvaluationOptions options)
    {
        var (pass, answers) = (new ScoringPass(scored, network, handling), new EvaluationAnswers(network.Calibration));
        var evaluation = Evaluate(mlContext, pass, answers, network.ClassNames, options);
        return new(pass, evaluation, answers, Precision: "", MillisecondsPerImage: double.NaN);
    }

    private static CnnEvaluation? Evaluate(MLContext mlContext, ScoringPass pass, EvaluationAnswers answers, IReadOnlyList<string> classes,
        CnnEvaluationOptions options)
    {
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes.Count);
        // A row for every image, so that rows are those of the data; one that was not scored is told by its first score.
        float[] notScored = [.. Enumerable.Repeat(float.NaN, classes.Count)];
        var rows = pass.Images().Select(image => new ScoredRow
        {
            Label = image.Label > 0 ? classes[(int)image.Label - 1] : "",
            Score = answers.Add(image) ? image.Scores : notScored,
        });
        (options.ClassNames, options.LabelColumnName, options.ScoreColumnName) = (classes, nameof(ScoredRow.Label), nameof(ScoredRow.Score));
        try
        {
            return mlContext.MulticlassClassification.EvaluateCnn(mlContext.Data.LoadFromEnumerable(rows, schema), options);
        }
        catch (InvalidOperationException) when (pass.Scored == 0)
        {
            return null;
        }
    }

    private sealed class ScoredRow
    {
        public string Label { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
