using Microsoft.ML;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Files that a source leaves out are told when a network is trained on the others.</summary>
[TestClass]
public class PassedOverTests
{
    [TestMethod]
    public void Fit_warns_of_files_that_were_passed_over_once_and_through_a_pipeline()
    {
        using var folder = TestImageFolder.OfDigits(40);
        foreach (var name in (string[])["a.tif", "b.TIF", "c.heic", "notes.txt"])
            folder.Add("1", name, [1]);
        var mlContext = new MLContext(seed: 1);
        var warnings = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && e.RawMessage.Contains("passed over", StringComparison.Ordinal))
                warnings.Add(e.RawMessage);
        };

        mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"))
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions { FeatureColumnName = "Image", Epochs = 2, ValidationFraction = 0.2 }))
            .Fit(mlContext.Data.LoadImageFolder(folder.Path));

        CollectionAssert.AreEqual(new[] { "4 files were passed over: 2 .tif, 1 .heic, 1 .txt; not read: TIFF, HEIC." }, warnings);
    }
}
