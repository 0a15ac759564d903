using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.TorchSharp;
using Microsoft.ML.TorchSharp.AutoFormerV2;
using Microsoft.ML.Transforms.Image;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>The other trainers of Microsoft.ML.TorchSharp, and this library after each.</summary>
[TestClass]
public sealed class OtherTrainersTests
{
    private static DrawnWeights s_weights = null!;
    private static float[] s_alone = null!;

    [ClassInitialize]
    public static void Prepare(TestContext context)
    {
        s_weights = new DrawnWeights();
        s_alone = s_weights.CreateContext().TrainImages();
    }

    [ClassCleanup]
    public static void Delete() => s_weights.Dispose();

    /// <summary>Protects object detection beside this library: each image lowers the loss of the ones after it.</summary>
    [TestMethod]
    public void Object_detection_trains()
    {
        var mlContext = s_weights.CreateContext();
        var losses = new List<double>();
        mlContext.Log += (_, e) =>
        {
            if (e.Source.StartsWith(nameof(ObjectDetectionTrainer), StringComparison.Ordinal) && e.Message.Split("Loss: ") is [_, var loss])
                losses.Add(double.Parse(loss, CultureInfo.CurrentCulture));
        };
        var data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(_ => Boxed.Create()));
        var model = mlContext.Transforms.Conversion.MapValueToKey("Labels").Append(mlContext.MulticlassClassification.Trainers.ObjectDetection(
            new ObjectDetectionTrainer.Options
            {
                LabelColumnName = "Labels",
                BoundingBoxColumnName = "Boxes",
                MaxEpoch = 1,
                InitLearningRate = 0.1,
                LogEveryNStep = 1,
            })).Fit(data);
        Assert.HasCount(4, losses);
        Assert.IsLessThan(losses[0], losses[^1]);
        Assert.HasCount(4, model.Transform(data).GetColumn<float[]>("PredictedBoundingBoxes").ToList());
        CollectionAssert.AreEqual(s_alone, s_weights.CreateContext().TrainImages());
    }

    /// <summary>Protects sentence similarity beside this library.</summary>
    [TestMethod]
    public void Sentence_similarity_trains()
    {
        var mlContext = s_weights.CreateContext();
        var data = mlContext.Data.LoadFromEnumerable(Example.All.Take(16).Select((row, i) =>
            new Pair { Sentence1 = row.Text, Sentence2 = Example.All[i % 3].Text, Label = row.Mood == Example.All[i % 3].Mood ? 1 : 0 }));
        var model = mlContext.Regression.Trainers.SentenceSimilarity(batchSize: 8, maxEpochs: 1).Fit(data);
        Assert.IsTrue(model.Transform(data).GetColumn<float>("Score").All(float.IsFinite));
        CollectionAssert.AreEqual(s_alone, s_weights.CreateContext().TrainImages());
    }

    /// <summary>Protects named entity recognition beside this library.</summary>
    [TestMethod]
    public void Named_entity_recognition_trains()
    {
        var mlContext = s_weights.CreateContext();
        var data = mlContext.Data.LoadFromEnumerable(Example.All.Take(16).Select(row =>
            new Tagged { Sentence = row.Text, Label = ["thing", "thing", "none", "mood"] }));
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.NamedEntityRecognition(sentence1ColumnName: "Sentence", batchSize: 8, maxEpochs: 1)).Fit(data);
        Assert.IsTrue(model.Transform(data).GetColumn<uint[]>("PredictedLabel").All(tags => tags.Length > 0));
        CollectionAssert.AreEqual(s_alone, s_weights.CreateContext().TrainImages());
    }

    private sealed class Boxed
    {
        private const int Size = 64; // pixels

        [ImageType(Size, Size)]
        public required MLImage Image { get; init; }

        public required string[] Labels { get; init; }

        public required float[] Boxes { get; init; }

        public static Boxed Create() => new()
        {
            Image = MLImage.CreateFromPixels(Size, Size, MLPixelFormat.Bgra32, [.. Enumerable.Range(0, Size * Size * 4).Select(i => (byte)i)]),
            Labels = ["cat", "dog"],
            Boxes = [1, 1, 33, 33, 20, 20, 60, 60],
        };
    }

    private sealed class Pair
    {
        public required string Sentence1 { get; init; }

        public required string Sentence2 { get; init; }

        public required float Label { get; init; }
    }

    private sealed class Tagged
    {
        public required string Sentence { get; init; }

        public required string[] Label { get; init; }
    }
}
