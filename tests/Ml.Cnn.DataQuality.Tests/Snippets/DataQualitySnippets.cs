using Microsoft.ML;
using Ml.Cnn.Trainers;
using SkiaSharp;

namespace Ml.Cnn.DataQuality.Tests.Snippets;

/// <summary>The code that docs/data-quality.md quotes, run as it stands there on drawn digits.</summary>
[TestClass]
public sealed class DataQualitySnippets
{
    [TestMethod]
    [DoNotParallelize] // the current folder belongs to the process
    public void Problems_are_found_written_and_corrected()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            Write("flowers/train", 120, seed: 1);
            Write("flowers/test", 20, seed: 2);
            File.Copy(Directory.GetFiles("flowers/train/3")[0], "flowers/train/4/copy.png");
            Execute();
            Assert.IsTrue(File.Exists(Path.Join(temporary.Path, "problems", "report.html")));
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static void Execute()
    {
        // snippet: find-data-problems
        var mlContext = new MLContext(seed: 1);
        IDataView flowers = mlContext.Data.LoadImageFolder("flowers/train"); // columns ImagePath, Label
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions { FeatureColumnName = "Image", ImageSize = 28, Epochs = 2, Seed = 1 }));

        DataProblemReport report = mlContext.MulticlassClassification.FindDataProblems(flowers, new DataProblemOptions
        {
            Trainer = pipeline,                                          // fitted once for each fold
            Folds = 3,                                                   // default 5
            Validation = mlContext.Data.LoadImageFolder("flowers/test"), // has an image in common?
        });
        Console.WriteLine(report);
        foreach (DataProblem problem in report.Of(DataProblemKind.LabelError).Take(10))
            Console.WriteLine($"{problem.Score:0.000} {problem}");
        report.SaveReport("problems", folder: "flowers/train"); // report.html, problems.csv, problems.json
        // end snippet
        Assert.AreEqual(2, report.Of(DataProblemKind.ConflictingDuplicate).Count());

        // snippet: correct-problems
        CorrectedData corrected = mlContext.Data.CorrectProblems(flowers, excludePath: "problems/problems.csv",
            relabelPath: "problems/problems.csv", folder: "flowers/train");
        Console.WriteLine($"{corrected.Excluded} images left out, {corrected.Relabeled} with another label");
        ITransformer model = pipeline.Fit(corrected.Data);
        // end snippet
        Assert.IsGreaterThanOrEqualTo(2, corrected.Excluded);
        Assert.IsEmpty(corrected.Unmatched);
        Assert.IsNotNull(model.GetOutputSchema(flowers.Schema).GetColumnOrNull("PredictedLabel"));
    }

    private static void Write(string folder, int count, int seed)
    {
        foreach (var (i, digit) in Digit.Draw(new MLContext(), count, seed).Index())
        {
            using var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
            System.Runtime.InteropServices.Marshal.Copy(digit.Image, 0, bitmap.GetPixels(), digit.Image.Length);
            Directory.CreateDirectory(Path.Join(folder, digit.Label));
            File.WriteAllBytes(Path.Join(folder, digit.Label, FormattableString.Invariant($"{i}.png")), bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray());
        }
    }
}
