using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The code of the documents about what networks learn from: losses, teachers, classes that are added.</summary>
[TestClass]
public sealed class LossSnippets
{
    [TestMethod]
    public void Losses()
    {
        var mlContext = new MLContext(seed: 1);
        // snippet: losses
        var trainer = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            Loss = LossFunction.GeneralizedCrossEntropy(), // some labels are wrong
            ValidationFraction = 0.1,
        });
        // end snippet
        Assert.AreEqual("resnet18", trainer.Architecture.Name);
    }

    [TestMethod]
    public void Teachers()
    {
        using var _ = new Flowers(); // a current folder of its own
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.GenerateDigits(60);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        mlContext.Model.Save(mlContext.FitLeNet(data), null, "large.zip");
        // snippet: distillation
        CnnTransformer model = mlContext.MulticlassClassification.Trainers.MobileNet(new MobileNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 1,
            ImageSize = 32,
            Distillation = new Distillation("large.zip") { Temperature = 4, Share = 0.9 }, // or a model in memory
        }).Fit(train);
        // end snippet
        Assert.HasCount(10, model.ClassNames);
    }

    [TestMethod]
    public void AddedClasses()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView digits = mlContext.Data.GenerateDigits(60);
        var old = mlContext.FitLeNet(digits).LastTransformer;
        var train = mlContext.Data.LoadFromEnumerable(mlContext.Data.CreateEnumerable<Digit>(digits, reuseRowObject: false).Take(8)
            .Append(new Digit { Image = new byte[28 * 28], Label = "blank" }).ToArray());
        // snippet: add-classes
        var classes = mlContext.Data.LoadFromEnumerable(old.ClassNames.Append("blank").Select(name => new { Name = name }).ToArray());
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", keyData: classes) // all classes, whether train has images of them or not
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                Epochs = 5,
                Weights = old,
                KeepKnownClasses = true,
                Distillation = new Distillation(old) { Temperature = 2, Share = 0.5 },
                BatchNormStatistics = BatchNormStatistics.Fixed,
            }));
        var model = pipeline.Fit(train).LastTransformer;
        // end snippet
        Assert.HasCount(11, model.ClassNames);
    }
}
