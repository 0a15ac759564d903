using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>Protects what a service relies on: without libtorch it gives the columns and the scores of the pipeline that was trained.</summary>
[TestClass]
public sealed class TransformTests
{
    [TestMethod]
    [DataRow("digits")]
    [DataRow("photos")]
    public void A_file_gives_the_scores_of_the_network_that_was_trained(string name)
    {
        var (pipeline, data) = Models.Of(name);
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        var expected = Models.Scores(pipeline, data);
        Assert.IsGreaterThan(20, expected.Length);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(expected, Models.Scores(served, data)));
    }

    [TestMethod]
    public void Its_columns_are_those_of_the_network_with_all_that_they_say_of_themselves()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        Assert.AreEqual(Described(Models.Network(pipeline).GetOutputSchema(data.Schema)), Described(served.GetOutputSchema(data.Schema)));
        Assert.AreEqual(Models.Network(pipeline).Name, served.Name);
        Assert.AreEqual(Models.Network(pipeline).Shape, served.Shape);
        Assert.AreEqual("cpu", served.Device);
        CollectionAssert.AreEqual(Models.Network(pipeline).ClassNames.ToArray(), served.ClassNames.ToArray());
    }

    [TestMethod]
    [DataRow("digits")]
    [DataRow("photos")]
    public void Prediction_engines_answer_as_those_of_the_trained_network_do(string name)
    {
        var (pipeline, data) = Models.Of(name);
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        if (name == "digits")
            Check<Digit>();
        else
            Check<Photo>();

        void Check<T>() where T : class, new()
        {
            using var own = Models.Context.Model.CreatePredictionEngine<T, Answer>(Models.Network(pipeline));
            using var other = Models.Context.Model.CreatePredictionEngine<T, Answer>(served);
            foreach (var row in Models.Context.Data.CreateEnumerable<T>(data, reuseRowObject: false).Take(20))
            {
                var (expected, given) = (own.Predict(row), other.Predict(row));
                Assert.AreEqual(expected.PredictedLabel, given.PredictedLabel);
                Assert.IsLessThanOrEqualTo(1e-4, Models.Difference([expected.Score], [given.Score]));
            }
        }
    }

    [TestMethod]
    [DataRow(OnnxOutput.Logits)]
    [DataRow(OnnxOutput.Scores)]
    public void Temperature_and_prediction_sets_are_those_of_the_calibrated_model_whatever_the_file_gives(OnnxOutput output)
    {
        var (pipeline, data) = Models.Digits;
        var network = Models.Network(pipeline);
        using var calibrated = network.WithCalibration(new CnnCalibration { Temperature = 2.5, Coverage = 0.9, SetThreshold = 0.08, Images = 100 });
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(calibrated, new() { Output = output });
        Assert.AreEqual(calibrated.Calibration, served.Calibration);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(calibrated, data), Models.Scores(served, data)));
        CollectionAssert.AreEqual(Sets(calibrated, data), Sets(served, data));
        Assert.IsTrue(Sets(served, data).Any(set => set.Contains(' ', StringComparison.Ordinal)), "or no image is in doubt, and little was compared");

        // Without calibration, and with another one, it is the network's own probabilities that count.
        using var plain = served.WithCalibration(null);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(network, data), Models.Scores(plain, data)));
        Assert.AreEqual(network.FitCalibration(data).Temperature, plain.FitCalibration(data).Temperature, 0.01);
    }

    [TestMethod]
    public void Views_of_test_time_augmentation_are_averaged_as_in_the_trained_model()
    {
        var (pipeline, data) = Models.Of("photos");
        var augmentation = new TestTimeAugmentation { Crops = EvaluationCrops.Five, Mirror = true };
        using var network = Models.Network(pipeline).WithTestTimeAugmentation(augmentation);
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(network); // it is saved with the model
        Assert.AreEqual(10, served.Views);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(network, data), Models.Scores(served, data)));
        using var center = served.WithTestTimeAugmentation(TestTimeAugmentation.None);
        using var own = network.WithTestTimeAugmentation(TestTimeAugmentation.None);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(own, data), Models.Scores(center, data)));
    }

    [TestMethod]
    public void Whole_images_are_more_than_a_file_takes_and_that_is_said()
    {
        var (pipeline, _) = Models.Of("photos");
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        var dense = new TestTimeAugmentation { Crops = EvaluationCrops.Dense };
        var asked = Assert.ThrowsExactly<ArgumentException>(() => served.WithTestTimeAugmentation(dense));
        StringAssert.Contains(asked.Message, "dense", StringComparison.Ordinal);
        using var whole = Models.Network(pipeline).WithTestTimeAugmentation(dense);
        var loaded = Assert.ThrowsExactly<NotSupportedException>(() => folder.Exported(whole));
        StringAssert.Contains(loaded.Message, "WithTestTimeAugmentation", StringComparison.Ordinal);
    }

    [TestMethod]
    [DataRow(OnnxPrecision.Float16)]
    public void Halves_give_scores_near_those_of_the_network(OnnxPrecision precision)
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline), new() { Precision = precision });
        Assert.IsLessThanOrEqualTo(0.02, Models.Difference(Models.Scores(pipeline, data), Models.Scores(served, data)));
    }

    [TestMethod]
    public void Eight_bits_give_the_labels_of_the_network_for_all_but_a_few_images()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "int8.onnx");
        Models.Network(pipeline).SaveAsQuantizedOnnx(path, Models.Context.Data.GenerateDigits(200, seed: 3), data, new()
        {
            MaximumLoss = 5,
            SpeedTime = TimeSpan.Zero,
        });
        using var served = OnnxModel.Load(path);
        var (expected, given) = (Models.Scores(pipeline, data), Models.Scores(served, data));
        var same = expected.Zip(given, (one, other) => Array.IndexOf(one, one.Max()) == Array.IndexOf(other, other.Max())).Count(isSame => isSame);
        Assert.IsGreaterThanOrEqualTo(expected.Length * 95 / 100, same);
    }

    [TestMethod]
    public void An_image_that_cannot_be_decoded_fails_or_has_no_label_as_the_model_says()
    {
        var (pipeline, data) = Models.Of("photos");
        Photo[] rows = [.. Models.Context.Data.CreateEnumerable<Photo>(data, reuseRowObject: false).Take(3)];
        rows[1].Image = [1, 2, 3];
        var broken = Models.Context.Data.LoadFromEnumerable(rows);
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        Assert.ThrowsExactly<BadImageException>(() => Models.Scores(served, broken));
        using var skipping = served.WithBadImages(BadImageHandling.Skip);
        using var own = Models.Network(pipeline).WithBadImages(BadImageHandling.Skip);
        var scores = Models.Scores(skipping, broken);
        Assert.IsTrue(scores[1].All(float.IsNaN));
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(own, broken), scores));
    }

    [TestMethod]
    public void Batches_and_threads_of_any_number_give_the_same_scores()
    {
        var (pipeline, data) = Models.Digits;
        var expected = Models.Scores(pipeline, data);
        using var folder = new TemporaryFolder();
        foreach (var options in new OnnxScoringOptions[] { new() { BatchSize = 1 }, new() { BatchSize = 7, Threads = 1 }, new() { BatchSize = 1000 } })
        {
            using var served = folder.Exported(Models.Network(pipeline), scoring: options);
            Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(expected, Models.Scores(served, data)), options.ToString());
        }
    }

    [TestMethod]
    public void Its_memory_goes_with_the_last_who_shares_it()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        var served = folder.Exported(Models.Network(pipeline));
        Assert.IsEmpty(served.ScoringCopies);
        using (var other = served.WithBadImages(BadImageHandling.Skip))
        {
            served.Dispose();
            Assert.ThrowsExactly<ObjectDisposedException>(() => served.Transform(data));
            _ = Models.Scores(other, data);
            Assert.AreEqual(CnnScoringMethod.OnnxRuntime, other.ScoringCopies.Single().Method);
        }
    }

    private static string[] Sets(CnnClassifier model, IDataView data)
    {
        var labeled = Models.Context.Transforms.Conversion.MapKeyToValue("Set", model.PredictedSetColumnName).Fit(model.Transform(data))
            .Transform(model.Transform(data));
        return [.. labeled.GetColumn<ReadOnlyMemory<char>[]>("Set").Select(set => string.Join(' ', set))];
    }

    private static string Described(DataViewSchema schema) => string.Join('\n', schema.Select(column => $"{column} "
        + string.Join(", ", column.Annotations.Schema.Select(annotation => $"{annotation} {Value(column.Annotations, annotation)}"))));

    private static string Value(DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        if (annotation.Type is VectorDataViewType { ItemType: TextDataViewType })
        {
            VBuffer<ReadOnlyMemory<char>> texts = default;
            annotations.GetValue(annotation.Name, ref texts);
            return string.Join(' ', texts.DenseValues());
        }
        if (annotation.Type is not TextDataViewType)
            return "";
        ReadOnlyMemory<char> text = default;
        annotations.GetValue(annotation.Name, ref text);
        return text.ToString();
    }

    private sealed class Answer
    {
        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
