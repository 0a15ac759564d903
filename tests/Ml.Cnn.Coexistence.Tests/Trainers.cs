using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.NasBert;
using Ml.Cnn.Trainers;
using static TorchSharp.torch;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>The pipelines of both libraries, and what they came to.</summary>
internal static class Trainers
{
    public static IEstimator<ITransformer> Text(this MLContext mlContext) =>
        mlContext.Transforms.Conversion.MapValueToKey("MoodKey", "Mood")
            .Append(mlContext.MulticlassClassification.Trainers.TextClassification(new TextClassificationTrainer.TextClassificationOptions
            {
                LabelColumnName = "MoodKey",
                PredictionColumnName = "PredictedMood",
                ScoreColumnName = "MoodScore",
                Sentence1ColumnName = "Text",
                BatchSize = 8,
                MaxEpoch = 5,
                LearningRate = [1e-3],
            }));

    public static IEstimator<ITransformer> Images(this MLContext mlContext) =>
        mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                BatchSize = 8,
                LearningRate = 0.05,
                Epochs = 6,
                Seed = 1,
                Device = "cpu",
            }));

    /// <summary>The model's scores of the rows that it was trained on. ML.NET's head starts from libtorch's random state, which is seeded for it.</summary>
    public static float[] TrainText(this MLContext mlContext)
    {
        random.manual_seed(3);
        return mlContext.Train(mlContext.Text(), "MoodScore");
    }

    /// <inheritdoc cref="TrainText"/>
    public static float[] TrainImages(this MLContext mlContext) => mlContext.Train(mlContext.Images(), "Score");

    public static float[] Scores(this IDataView scored, string column) => [.. scored.GetColumn<float[]>(column).SelectMany(scores => scores)];

    /// <summary>How many rows have their highest score where the label says, given that classes come in the order of the rows.</summary>
    public static double Accuracy(float[] scores, Func<Example, string> label)
    {
        var classes = Example.All.Select(label).Distinct().ToList();
        return Example.All.Where((row, i) => classes[scores[2 * i] > scores[2 * i + 1] ? 0 : 1] == label(row)).Count() / (double)Example.All.Count;
    }

    private static float[] Train(this MLContext mlContext, IEstimator<ITransformer> pipeline, string scoreColumn)
    {
        var data = Example.View(mlContext);
        var model = pipeline.Fit(data);
        using var disposed = model as IDisposable;
        return model.Transform(data).Scores(scoreColumn);
    }
}
