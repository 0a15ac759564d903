using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>The whole path through the public API: a pipeline trains, scores, evaluates, saves and loads.</summary>
[TestClass]
public sealed class PipelineTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the contract that users type: Append, Fit, Evaluate, Save and Load, and equal scores from the file.</summary>
    [TestMethod]
    public void A_pipeline_learns_digits_and_scores_the_same_to_the_last_bit_after_save_and_load()
    {
        var train = s_mlContext.Data.GenerateDigits(2000, seed: 1);
        var test = s_mlContext.Data.GenerateDigits(500, seed: 2);
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 4))
            .Append(s_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var model = pipeline.Fit(train);
        var scored = model.Transform(test);
        var metrics = s_mlContext.MulticlassClassification.Evaluate(scored, topKPredictionCount: 5);
        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);

        using var file = new MemoryStream();
        s_mlContext.Model.Save(model, train.Schema, file);
        file.Position = 0;
        var loaded = new MLContext().Model.Load(file, out var schema);
        Assert.AreEqual(train.Schema.Count, schema.Count);
        CollectionAssert.AreEqual(Scores(scored), Scores(loaded.Transform(test)));
    }

    /// <summary>Protects single predictions, with class names on the scores.</summary>
    [TestMethod]
    public void A_prediction_engine_gives_what_the_batch_gave()
    {
        var train = s_mlContext.Data.GenerateDigits(300, seed: 1);
        var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(featureColumnName: "Image", epochs: 1))
            .Append(s_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(train);
        var engine = s_mlContext.Model.CreatePredictionEngine<Digit, Prediction>(model);
        var rows = s_mlContext.Data.CreateEnumerable<Digit>(train, reuseRowObject: false).Take(20).ToArray();
        var batch = s_mlContext.Data.CreateEnumerable<Prediction>(model.Transform(train), reuseRowObject: false).Take(20).ToArray();

        VBuffer<ReadOnlyMemory<char>> names = default;
        engine.OutputSchema["Score"].Annotations.GetValue("SlotNames", ref names);
        for (var i = 0; i < rows.Length; i++)
        {
            var single = engine.Predict(rows[i]);
            Assert.AreEqual(batch[i].PredictedLabel, single.PredictedLabel);
            Assert.AreEqual(single.PredictedLabel, names.GetItemOrDefault(Array.IndexOf(single.Score, single.Score.Max())).ToString());
            for (var c = 0; c < 10; c++)
                Assert.AreEqual(batch[i].Score[c], single.Score[c], 1e-5f);
        }
    }

    private static float[] Scores(IDataView data) => [.. data.GetColumn<float[]>("Score").SelectMany(s => s)];

    private sealed class Digit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
