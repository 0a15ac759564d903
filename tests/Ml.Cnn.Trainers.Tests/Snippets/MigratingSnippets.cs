using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The C# of docs/migrating.md, run.</summary>
[TestClass]
[DoNotParallelize] // the current folder belongs to the process
public sealed class MigratingSnippets
{
    [TestMethod]
    public void After()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        IDataView trainImages = mlContext.Data.LoadImageFolder("flowers/train"), validationImages = mlContext.Data.LoadImageFolder("flowers/test");
        var preprocessing = mlContext.Transforms.Conversion.MapValueToKey("LabelAsKey", "Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath")).Fit(trainImages);
        IDataView train = preprocessing.Transform(trainImages), validation = preprocessing.Transform(validationImages);
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        // snippet: migrated
        var options = new ResNetOptions
        {
            FeatureColumnName = "Image",
            LabelColumnName = "LabelAsKey",
            Depth = 50,
            Epochs = 50,
            BatchSize = 10,
            LearningRate = 0.01,
            ValidationSet = validation,
            EpochCallback = epoch => Console.WriteLine(epoch),
        };
        (options.Epochs, options.ImageSize) = (1, 64); // hidden: enough to see that it runs
        var pipeline = mlContext.MulticlassClassification.Trainers.ResNet(options)
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        // end snippet
        var model = pipeline.Fit(train);
        Console.SetOut(output);
        Assert.IsNotNull(model.Transform(validation).Schema["PredictedLabel"].Name);
    }

    [TestMethod]
    public void Images_from_memory()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        var images = Directory.GetFiles("flowers/train", "*.png", SearchOption.AllDirectories)
            .Select(path => (File.ReadAllBytes(path), Path.GetFileName(Path.GetDirectoryName(path)!))).ToArray();
        // snippet: from-memory
        IDataView train = mlContext.Data.LoadImages(images); // (byte[] Image, string Label), whole files; streams and MLImage as well
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.ResNet(featureColumnName: "Image", imageSize: 64, epochs: 1));
        // end snippet
        Assert.HasCount(5, pipeline.Fit(train).LastTransformer.ClassNames);
    }
}
