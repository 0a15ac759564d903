using Microsoft.ML;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The C# of the guides docs/data.md, docs/scoring.md and docs/deployment.md, run.</summary>
[TestClass]
[DoNotParallelize] // the current folder belongs to the process
public sealed class GuideSnippets
{
    [TestMethod]
    public void Data_is_inspected_and_split()
    {
        using var flowers = new Flowers();
        var output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        var mlContext = new MLContext(seed: 1);
        // snippet: inspect
        IDataView flowerImages = mlContext.Data.LoadImageFolder("flowers/train");
        IDataView withBytes = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(flowerImages).Transform(flowerImages);
        ImageDataReport report = mlContext.Data.InspectImages(withBytes);
        Console.WriteLine($"{report.Images} images; {report.BadFiles.Count} cannot be read, {report.Duplicates.Count} occur more than once");
        foreach (ClassCount count in report.Classes)
            Console.WriteLine(count);

        var split = mlContext.Data.TrainTestSplitByClass(flowerImages, testFraction: 0.2); // TrainSet and TestSet
        // end snippet
        Console.SetOut(output);
        Assert.Contains("5 images; 0 cannot be read, 0 occur more than once", written.ToString());
        Assert.Contains("rose", written.ToString());
        Assert.IsNotNull(split.TrainSet.Schema.GetColumnOrNull("ImagePath"));
    }

    [TestMethod]
    public void The_most_probable_classes_of_many_images()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        SaveModel(mlContext);
        var output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        // snippet: top-classes
        ITransformer loaded = mlContext.Model.Load("model.zip", out _);
        CnnTransformer network = CnnTransformer.Find(loaded)!; // the pipeline's network

        IDataView scored = loaded.Transform(mlContext.Data.LoadImageFolder("flowers/test"));
        foreach (var photo in mlContext.Data.CreateEnumerable<ScoredPhoto>(scored, reuseRowObject: false))
        {
            var top = photo.Score.Index().OrderByDescending(score => score.Item).Take(3);
            Console.WriteLine($"{photo.ImagePath}: {string.Join(", ", top.Select(score => $"{network.ClassNames[score.Index]} {score.Item:P1}"))}");
        }
        // end snippet
        // snippet: scoring-precision
        CnnTransformer quick = network.WithScoring(new() { Precision = Precision.BFloat16 }); // or Auto with AllowReducedPrecision = true
        quick.WarmUp();                                                                       // rather than with a user's first image
        foreach (CnnScoringCopy copy in quick.ScoringCopies)
            Console.WriteLine(copy);                                                          // how it computes, and its memory
        // end snippet
        Console.SetOut(output);
        Assert.HasCount(5 + quick.ScoringCopies.Count, written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("rose", written.ToString());
    }

    [TestMethod]
    public void Better_answers_than_one_look()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        SaveModel(mlContext);
        var network = CnnTransformer.Find(mlContext.Model.Load("model.zip", out _))!;
        var another = network.WithScoring(network.Scoring);
        IDataView paths = mlContext.Data.LoadImageFolder("flowers/test");
        IDataView validation = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
        // snippet: better-answers
        CnnTransformer tenCrops = network.WithTestTimeAugmentation(TestTimeAugmentation.TenCrops); // or Parse("grid5+flip+scales")

        CnnEnsemble ensemble = CnnEnsemble.Of([network, another]).WithFittedWeights(validation);   // weights are optional

        CnnCalibration calibration = ensemble.FitCalibration(validation, options: new() { Coverage = 0.8 });
        CnnClassifier calibrated = ensemble.WithCalibration(calibration);
        Console.WriteLine($"calibration error {calibration.ErrorBefore:P1} before, {calibration.ErrorAfter:P1} after");

        mlContext.Model.SaveAtomically(calibrated, validation.Schema, "better.zip");               // CnnPredictor.Load takes it, too
        // end snippet
        using var predictor = CnnPredictor.Load("better.zip");
        Assert.IsNotNull(predictor.Predict("flowers/test/rose/1.png").Set);
        Assert.AreEqual(0.8, predictor.SetCoverage);
        Assert.AreEqual(10, tenCrops.Views);
    }

    // snippet: top-classes-row
    public sealed class ScoredPhoto
    {
        public string ImagePath { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
    // end snippet

    [TestMethod]
    public async Task A_predictor_answers_and_takes_a_newer_model()
    {
        using var flowers = new Flowers();
        SaveModel(new MLContext(seed: 1));
        var output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        // snippet: predictor
        using var predictor = CnnPredictor.Load("model.zip", new() { TopK = 3, MinimumProbability = 0.2f }); // once, for all threads

        CnnPrediction prediction = await predictor.PredictAsync("flowers/test/rose/1.png"); // or Predict, of bytes, a stream, an MLImage, pixels
        Console.WriteLine(prediction.Label ?? "I do not know");
        foreach (var (label, probability) in prediction.Classes)
            Console.WriteLine($"{label}: {probability:P1}");
        // end snippet
        // snippet: predictor-reload
        predictor.Reload("model.zip"); // without a pause, and as often as you like
        // end snippet
        Console.SetOut(output);
        Assert.IsGreaterThan(2, written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [TestMethod]
    public void Process_wide_settings_are_left_alone()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.GenerateDigits(40);
        IDataView train = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        try
        {
            // snippet: process-wide
            AppContext.SetSwitch("Ml.Cnn.Trainers.TuneMalloc", false); // before the first Fit: malloc stays as it is

            var trainer = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                Epochs = 1,
                NetworkThreads = 1,     // cores for one operation of the network
                ReaderThreads = 1,      // cores that read and decode
            });
            // end snippet
            Assert.HasCount(1, trainer.Fit(train).History);
        }
        finally
        {
            AppContext.SetSwitch("Ml.Cnn.Trainers.TuneMalloc", true);
        }
    }

    private static void SaveModel(MLContext mlContext)
    {
        IDataView train = mlContext.Data.LoadImageFolder("flowers/train");
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 1))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        mlContext.Model.Save(pipeline.Fit(train), train.Schema, "model.zip");
    }

    public sealed class Photo
    {
        public string ImagePath { get; set; } = "";
        public string Label { get; set; } = "";
    }

    public sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
}
