using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The code of the documents about which images networks learn from: small ones first, some without labels, folds, another domain.</summary>
[TestClass]
public sealed class ImagesSnippets
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    [TestMethod]
    public void SmallImagesFirst()
    {
        var mlContext = s_mlContext;
        // snippet: progressive
        var trainer = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            ImageSize = 192,
            ProgressiveResizing = ProgressiveResizing.Of(96, 128, 160), // four stages of equal length, the last one of 192 pixels
        });
        // end snippet
        Assert.AreEqual("resnet18", trainer.Architecture.Name);
    }

    [TestMethod]
    public void WithoutLabels()
    {
        var mlContext = s_mlContext;
        IDataView unlabeled = mlContext.Data.GenerateDigits(20, seed: 2);
        // snippet: pseudo-labels
        var trainer = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 100,                               // passes over the few images that have labels
            PseudoLabels = new PseudoLabels(unlabeled), // images in the same column, without labels
        });
        // end snippet
        Assert.AreEqual("resnet18", trainer.Architecture.Name);
    }

    [TestMethod]
    public void Folds()
    {
        var mlContext = s_mlContext;
        var data = mlContext.Data.GenerateDigits(40);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        // snippet: folds
        var trainer = mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 2);
        CnnEnsemble model = mlContext.MulticlassClassification.Trainers.FoldEnsemble(trainer, numberOfFolds: 4).Fit(train);
        foreach (CnnFold fold in model.CrossValidation!.Folds)
            Console.WriteLine(fold); // fold 1 of 4: accuracy 93.1 %, log loss 0.214, 10 images
        var metrics = mlContext.MulticlassClassification.Evaluate(model.CrossValidation.ScoredHoldOutSet); // of all rows
        // end snippet
        Assert.AreEqual(metrics.MicroAccuracy, model.CrossValidation.MicroAccuracy, 1e-9);
    }

    [TestMethod]
    public void AnotherDomain()
    {
        var mlContext = s_mlContext;
        var data = mlContext.Data.GenerateDigits(40);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        IDataView night = mlContext.Data.GenerateDigits(40, seed: 3);
        var day = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            Depth = 20,
            Variant = ResNetVariant.Cifar,
            Epochs = 1,
        }).Fit(train);
        // snippet: adapt
        CnnTransformer adapted = day.AdaptTo(night); // images of the new domain, without labels
        mlContext.Model.Save(adapted, null, "night.zip");
        // end snippet
        Assert.AreNotEqual(Pipelines.Weights(day), Pipelines.Weights(adapted));
        File.Delete("night.zip");
    }
}
