using Microsoft.ML;

namespace Ml.Cnn.Experiments.Tests.Snippets;

/// <summary>The code that docs/experiments.md quotes, run as it stands there on drawn digits.</summary>
[TestClass]
public sealed class ExperimentSnippets
{
    [TestMethod]
    public void An_experiment_finds_a_network()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            DigitFiles.Write(Path.Join(temporary.Path, "flowers"), 100);
            Execute();
            Assert.IsTrue(File.Exists(Path.Join(temporary.Path, "experiment", "best", "model.zip")));
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static void Execute()
    {
        // snippet: experiment
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.LoadImageFolder("flowers"); // columns ImagePath, Label
        var settings = new CnnExperimentSettings
        {
            Architectures = ["lenet5", "squeezenet1_1"], // default: a spread from small to large
            Budget = ExperimentBudget.Images(1_000),     // or Time(TimeSpan.FromMinutes(20)), or Trials(30)
            SearchSpace = new CnnSearchSpace { ImageSizes = [32] },
            FeatureColumnName = "Image",
            Folder = "experiment",                       // everything is kept here as it goes on
        };
        var experiment = mlContext.MulticlassClassification.CreateCnnExperiment(settings);
        CnnExperimentResult result = experiment.Execute(train,
            preFeaturizer: mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"));

        Console.WriteLine($"{result.BestRun!.TrainerName}: {result.BestRun.ValidationMetrics!.Accuracy:P1}");
        Console.WriteLine(result.Leaderboard.ToText());
        ITransformer model = result.Model!; // also experiment/best/model.zip; experiment/report.html tells the rest
        // end snippet
        Assert.IsNotNull(model.GetOutputSchema(train.Schema).GetColumnOrNull("PredictedLabel"));
    }
}
