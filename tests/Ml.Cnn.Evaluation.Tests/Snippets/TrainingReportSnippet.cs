using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Tests.Snippets;

/// <summary>The code that docs/training.md quotes, run as it stands there.</summary>
[TestClass]
public sealed class TrainingReportSnippet
{
    [TestMethod]
    public void The_page_of_a_training()
    {
        var before = Environment.CurrentDirectory;
        var folder = Directory.CreateTempSubdirectory("mlcnn-report").FullName;
        try
        {
            Environment.CurrentDirectory = folder;
            var mlContext = new MLContext(seed: 1);
            var data = mlContext.Data.GenerateDigits(100);
            IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
            // snippet: training-report
            CnnTransformer model = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                ValidationFraction = 0.2,
                LogFolder = "logs",
                Logs = TrainingLogs.Epochs | TrainingLogs.Classes | TrainingLogs.Batch,
            }).Fit(train);
            CnnTrainingReport.Save(model, "report.html", logFolder: "logs");
            // end snippet
            Assert.IsTrue(File.Exists("report.html"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }
}
