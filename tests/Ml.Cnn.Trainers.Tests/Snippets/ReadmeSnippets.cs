using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The C# of README.md and of the guides on training, transfer learning and networks, run. The lines between the markers are quoted there.</summary>
[TestClass]
[DoNotParallelize] // the current folder belongs to the process
public sealed class ReadmeSnippets
{
    [TestMethod]
    public void First_pipeline()
    {
        using var flowers = new Flowers();
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        // snippet: first-pipeline
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.LoadImageFolder("flowers/train"); // columns ImagePath, Label
        IDataView test = mlContext.Data.LoadImageFolder("flowers/test");

        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath")) // ML.NET's own
            .Append(mlContext.MulticlassClassification.Trainers.ResNet(featureColumnName: "Image", depth: 18, epochs: 10))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        ITransformer model = pipeline.Fit(train);
        var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test), topKPredictionCount: 3);
        Console.WriteLine($"accuracy {metrics.MicroAccuracy:P1}, in the top 3 {metrics.TopKAccuracy:P1}");

        mlContext.Model.Save(model, train.Schema, "model.zip");
        // end snippet
        Assert.IsTrue(File.Exists("model.zip"));

        // snippet: predict
        ITransformer loaded = mlContext.Model.Load("model.zip", out _);
        using var engine = mlContext.Model.CreatePredictionEngine<Photo, Prediction>(loaded);

        Prediction prediction = engine.Predict(new Photo { ImagePath = "flowers/test/rose/1.png" });
        Console.WriteLine($"{prediction.PredictedLabel}: {prediction.Score.Max():P1}");
        // end snippet
        Console.SetOut(output);
        Assert.HasCount(5, prediction.Score);
        Assert.Contains(prediction.PredictedLabel, new[] { "daisy", "dandelion", "rose", "sunflower", "tulip" });
    }

    // snippet: predict-classes
    public sealed class Photo
    {
        public string ImagePath { get; set; } = "";
        public string Label { get; set; } = ""; // not used, but MapValueToKey wants the column
    }

    public sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = []; // one probability per class; the column's slot names are the classes
    }
    // end snippet

    [TestMethod]
    public void Interruptions()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        var digits = mlContext.Data.GenerateDigits(100);
        var train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
        // snippet: interruptions
        var trainer = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            ValidationFraction = 0.1,   // of each class; or a ValidationSet
            EarlyStopping = new() { Patience = 5 },     // epochs without a better one; the best one's weights are returned
            TimeBudget = TimeSpan.FromHours(8),         // Fit then returns the best model so far
            Checkpoints = new()
            {
                Folder = "checkpoints",
                Every = TimeSpan.FromMinutes(10),   // and after every epoch
                Resume = true,                      // go on from the newest; start afresh where there is none
            },
        });
        CnnTransformer model = trainer.Fit(train);
        Console.WriteLine($"{model.StopReason} after {model.History.Count} epochs");
        // end snippet
        Assert.IsTrue(model.StopReason is StopReason.Completed or StopReason.NoProgress, $"{model.StopReason}");
        Assert.HasCount(2, Directory.GetFiles("checkpoints"));
    }

    [TestMethod]
    public void Import()
    {
        using var flowers = new Flowers();
        using (var network = ArchitectureCatalog.Find("resnet18").Build(new(3, 64, 64, 1000)))
        using (var file = File.Create("resnet18.safetensors"))
            ModuleState.Save(network, file);
        var mlContext = new MLContext(seed: 1);
        IDataView photos = mlContext.Data.LoadImageFolder("flowers/test");
        // snippet: import
        CnnTransformer model = mlContext.Model.ImportCnn("resnet18", "resnet18.safetensors", new() { FeatureColumnName = "Image" });

        IDataView images = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(photos).Transform(photos);
        IDataView scored = model.Transform(images); // PredictedLabel and Score: ImageNet's classes
        // end snippet
        Assert.HasCount(1000, scored.GetColumn<float[]>("Score").First());
        Assert.AreEqual("tench", model.ClassNames[0]);
    }

    [TestMethod]
    public void Transfer()
    {
        using var flowers = new Flowers();
        using (var network = ArchitectureCatalog.Find("resnet18").Build(new(3, 64, 64, 1000)))
        using (var file = File.Create("resnet18.safetensors"))
            ModuleState.Save(network, file);
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadImageFolder("flowers/train");
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath")).Fit(data).Transform(data);
        // snippet: transfer
        CnnTransformer model = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            Weights = "resnet18.safetensors", // or "resnet18" (downloaded once), PretrainedWeights.ResNet18ImageNet1KV1, "model.zip", a CnnTransformer
            Freeze = Freezing.Backbone,       // the head alone; Stages unfreezes one stage after the other; None, the default, trains all
            Epochs = 5,
        }).Fit(train);
        // end snippet
        Assert.HasCount(5, model.ClassNames);
        Assert.HasCount(5, model.History);
    }

    [TestMethod]
    public void Logs()
    {
        using var flowers = new Flowers(); // a current folder of its own
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.GenerateDigits(100);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        // snippet: logs
        CnnTransformer model = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            LogFolder = "logs",                                   // epochs.csv, epochs.jsonl, curves.png, TensorBoard's event files
            Logs = TrainingLogs.Epochs | TrainingLogs.Steps,      // and steps.csv, steps.jsonl
            Progress = new Progress<CnnProgress>(p => Console.WriteLine(
                $"epoch {p.Epoch}: loss {p.Loss:0.000}, top-5 {p.Top5Accuracy:P1}, {p.ImagesPerSecond:0} images/s, {p.Remaining:mm\\:ss} left")),
            StepCallback = step => { if (step.Step % 100 == 0) Console.WriteLine($"step {step.Step}: loss {step.Loss:0.000}"); },
        }).Fit(train);
        TrainingCurves.Save(model.History, "curves.png");         // also for a model that was loaded
        // end snippet
        Assert.IsTrue(File.Exists("curves.png"));
        Assert.IsTrue(File.Exists("logs/steps.csv"));
    }

    [TestMethod]
    public void Options()
    {
        var mlContext = new MLContext(seed: 1);
        var cancellation = new CancellationTokenSource();
        var data = mlContext.Data.TrainTestSplit(mlContext.Data.GenerateDigits(200), testFraction: 0.2);
        var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data.TrainSet);
        IDataView train = keys.Transform(data.TrainSet), validation = keys.Transform(data.TestSet);
        var epochs = new List<CnnEpoch>();
        // snippet: options
        var trainer = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 20,
            BatchSize = 32,
            Optimizer = Optimizer.AdamW,
            LearningRate = 0.002,
            ValidationSet = validation,                // scored after every epoch; the best epoch's weights are returned
            OnBadImage = BadImageHandling.Skip,        // the default, Fail, names every image that cannot be decoded
            EpochCallback = epoch => epochs.Add(epoch),
            CancellationToken = cancellation.Token,    // Fit then returns the best model so far
        });
        CnnTransformer model = trainer.Fit(train);
        // end snippet
        Assert.HasCount(20, epochs);
        Assert.HasCount(20, model.History);
    }

    [TestMethod]
    public void Optimization()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.GenerateDigits(24);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        // snippet: optimization
        var options = TrainingPreset.Find("resnet-cifar").Apply(new ResNetOptions // the paper's numbers; what is set afterwards counts instead
        {
            FeatureColumnName = "Image",
            Depth = 20,
            Variant = ResNetVariant.Cifar,
            Epochs = 2,
        });
        options.Schedule = LearningRateSchedule.Cosine.WithWarmUp(0.5); // half an epoch up, then down to 0
        options.LabelSmoothing = 0.1;
        options.ClassWeights = ClassWeights.Balanced;
        options.GradientClippingNorm = 5;
        options.ExponentialMovingAverage = 0.999;

        var trainer = mlContext.MulticlassClassification.Trainers.ResNet(options);
        LearningRateCurve curve = trainer.FindLearningRate(train); // a hundred steps at rising rates; nothing is kept
        Console.WriteLine($"the loss falls most steeply at {curve.Suggestion}");
        // end snippet
        Assert.IsGreaterThan(5, curve.Points.Count);
    }

    [TestMethod]
    public void Augmentation()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.GenerateDigits(100);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        // snippet: augmentation
        var trainer = mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
        {
            FeatureColumnName = "Image",
            Augmentation = ImageAugmentation.Preset("inception").With(new Mixup()),
        });
        // end snippet
        Assert.AreEqual("resnet18", trainer.Architecture.Name);
        Assert.HasCount(10, mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 1,
            Augmentation = ImageAugmentation.Preset("inception").With(new Mixup()),
        }).Fit(train).ClassNames);
    }

    [TestMethod]
    public void Own_network()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.GenerateDigits(100);
        // snippet: own-network
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Cnn(MyNetworks.Small, featureColumnName: "Image", epochs: 2));
        // end snippet
        var model = pipeline.Fit(train);
        using var file = new MemoryStream();
        mlContext.Model.Save(model, train.Schema, file);
        file.Position = 0;
        Assert.IsNotNull(mlContext.Model.Load(file, out _));
    }

    [TestMethod]
    public void Own_architecture()
    {
        var mlContext = new MLContext(seed: 1);
        var conversion = mlContext.Transforms.Conversion;
        IDataView digits = mlContext.Data.GenerateDigits(100), train = conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
        var parity = Enumerable.Range(0, 10).Select(digit => new KeyValuePair<string, string>($"{digit}", digit % 2 == 0 ? "even" : "odd"));
        IDataView other = conversion.MapValue("Label", parity).Append(conversion.MapValueToKey("Label")).Fit(digits).Transform(digits);
        // snippet: own-architecture
        var trainers = mlContext.MulticlassClassification.Trainers;
        CnnTransformer model = trainers.Cnn(TwoConvolutions.Network, featureColumnName: "Image").Fit(train);

        CnnTransformer retrained = trainers.Cnn(TwoConvolutions.Network, new CnnOptions
        {
            FeatureColumnName = "Image",
            Weights = model,
            Freeze = Freezing.Backbone,     // only the head learns the other classes
        }).Fit(other);
        // end snippet
        Assert.HasCount(10, model.ClassNames);
        Assert.HasCount(2, retrained.ClassNames);
        Assert.AreEqual("two_convolutions", retrained.Architecture.Name);
    }

    [TestMethod]
    public void Features()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        IDataView train = mlContext.Data.LoadImageFolder("flowers/train"), test = mlContext.Data.LoadImageFolder("flowers/test");
        var network = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 1));
        mlContext.Model.Save(network.Fit(train), train.Schema, "model.zip");
        // snippet: features
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.Transforms.CnnFeatures("Features", "Image", "model.zip"))     // what the network's last layer takes
            .Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy());      // or any other trainer
        // end snippet
        Assert.HasCount(5, pipeline.Fit(train).Transform(test).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void Summary()
    {
        var output = Console.Out;
        using var text = new StringWriter();
        Console.SetOut(text);
        // snippet: summary
        var summary = CnnSummary.Of(ArchitectureCatalog.Find("vgg16"), classes: 1000, imageSize: 224);
        Console.WriteLine(summary);     // a line per layer, then 138,357,544 parameters and 15,470,264,320 multiply-adds
        CnnLayerSummary largest = summary.Layers.MaxBy(layer => layer.Parameters)!;     // classifier.0
        // end snippet
        Console.SetOut(output);
        Assert.AreEqual("classifier.0", largest.Name);
        foreach (var number in (string[])["138,357,544", "15,470,264,320"])
            Assert.Contains(number, text.ToString());
    }

    [TestMethod]
    public void Devices()
    {
        // snippet: device
        var mlContext = new MLContext(seed: 1)
        {
            GpuDeviceId = 0,       // the GPU that must be used
            FallbackToCpu = true,  // or else the CPU, with a warning in MLContext.Log
        };
        // end snippet
        var data = mlContext.Data.GenerateDigits(40);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 1));
        var device = pipeline.Fit(data).LastTransformer.Device;
        Assert.AreEqual(TorchSharp.torch.cuda.is_available() ? "cuda:0" : "cpu", device);
    }
}
