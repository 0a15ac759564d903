using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.DnnFeaturizer.Tests.Snippets;

/// <summary>The code that docs/transfer.md quotes, run as it stands there.</summary>
[TestClass]
public sealed class FeaturesSnippet
{
    [TestMethod]
    public void A_pipeline_with_DnnFeaturizeImage_takes_CnnFeatures_instead()
    {
        var mlContext = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        var photos = Photos.Take(mlContext, folder, "train", count: 4);

        // snippet: dnn-features
        var pipeline = mlContext.Transforms.LoadImages("Photo", null, "ImagePath")
            .Append(mlContext.Transforms.ResizeImages("Sized", 224, 224, "Photo"))
            .Append(mlContext.Transforms.ExtractPixels("Pixels", "Sized"))
            .Append(mlContext.Transforms.CnnFeatures("Features", "Pixels", PretrainedWeights.DnnImageFeaturizerResNet18)) // was: DnnFeaturizeImage
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(mlContext) // the trainer reads the features more than once
            .Append(mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy());
        // end snippet

        var scored = pipeline.Fit(photos).Transform(photos);
        CollectionAssert.AreEqual(scored.GetColumn<uint>("Label").ToArray(), scored.GetColumn<uint>("PredictedLabel").ToArray(),
            "A linear trainer learns eight photos by heart.");
    }
}
