using Microsoft.ML;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The code of the document about training on many processes; here one, which trains alone.</summary>
[TestClass]
public sealed class DistributionSnippets
{
    [TestMethod]
    public void Options()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "model.zip");
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.GenerateDigits(60);
        // snippet: distribution
        var options = new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 2,
            Distribution = new Distribution
            {
                SynchronizedBatchNorm = true,           // for few images per process
                BFloat16Gradients = true,               // where the network between the processes is slow
                Patience = TimeSpan.FromMinutes(2),     // for a process that does not come
            },
        };
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(options))
            .Fit(data);
        if (options.Distribution.IsMain)
            mlContext.Model.Save(model, data.Schema, path);
        // end snippet
        Assert.IsTrue(File.Exists(path));
    }

    [TestMethod]
    public void TwoColumns()
    {
        var mlContext = new MLContext(seed: 1);
        // snippet: model-parallel
        var trainer = mlContext.MulticlassClassification.Trainers.AlexNet(new AlexNetOptions
        {
            FeatureColumnName = "Image",
            Variant = AlexNetVariant.Published,
            ModelParallel = true,
        });
        // end snippet
        Assert.AreEqual("true", trainer.Architecture.Settings["model_parallel"]);
    }
}
