using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Tests.Snippets;

/// <summary>The code that docs/evaluation.md quotes, run as it stands there on drawn digits.</summary>
[TestClass]
public sealed class EvaluationSnippets
{
    [TestMethod]
    public void A_network_is_evaluated()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            Evaluate();
            Assert.IsGreaterThan(20_000, new FileInfo("report/report.html").Length);
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static void Evaluate()
    {
        var mlContext = new MLContext(seed: 1);
        var digits = mlContext.Data.GenerateDigits(300);
        IDataView photos = mlContext.Data.GenerateDigits(200, seed: 2);
        ITransformer model = Train(mlContext, digits, seed: 1);
        ITransformer otherModel = Train(mlContext, digits, seed: 2);

        // snippet: evaluation
        CnnEvaluation evaluation = mlContext.MulticlassClassification.EvaluateCnn(model.Transform(photos), new CnnEvaluationOptions
        {
            Costs = new CnnCosts(("7", CnnCosts.AnyClass, 2), ("7", "1", 5)), // every other mistake costs 1; of entries that fit, the last counts
        });
        Console.WriteLine(evaluation.Accuracy);              // 0.9281 (0.9134 to 0.9412)
        foreach (CnnClassEvaluation one in evaluation.Classes)
            Console.WriteLine($"{one.Name}: recall {one.Recall}, average precision {one.AveragePrecision:0.000}");
        foreach (CnnConfusedPair pair in evaluation.Confusion.MostConfused(3))
            Console.WriteLine($"{pair.Actual} taken for {pair.Predicted}: {pair.Images} images, {pair.Share:P1} of all {pair.Actual}");
        if (evaluation.Coverage.WithAccuracy(0.99) is { } sure)
            Console.WriteLine($"99 % right on {sure.Coverage:P0} of the images: those with a probability of {sure.Threshold:0.000} or more");

        CnnEvaluation other = mlContext.MulticlassClassification.EvaluateCnn(otherModel.Transform(photos));
        CnnModelComparison comparison = evaluation.CompareWith(other);
        Console.WriteLine($"better by {comparison.Difference}, p = {comparison.PValue:0.000}");

        evaluation.SaveReport("report", new() { Images = photos, Against = other }); // report/report.html and report/report.json
        // end snippet
        Assert.AreEqual(200, comparison.Images);
    }

    private static ITransformer Train(MLContext mlContext, IDataView digits, int seed) => mlContext.Transforms.Conversion.MapValueToKey("Label")
        .Append(mlContext.MulticlassClassification.Trainers.Cnn("lenet5", new()
        {
            FeatureColumnName = "Image",
            Epochs = 2,
            Seed = seed,
            Optimizer = Optimizer.Adam,
        })).Fit(digits);
}
