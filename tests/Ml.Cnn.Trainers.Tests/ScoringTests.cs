using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>What ML.NET and its users do with a trained model.</summary>
[TestClass]
public sealed class ScoringTests
{
    private const int Rows = 100; // three batches of look-ahead and a rest

    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly IDataView s_digits = s_mlContext.Data.GenerateDigits(Rows);
    private static readonly TransformerChain<CnnTransformer> s_model = s_mlContext.FitLeNet(s_digits);

    /// <summary>Protects evaluation, top-k included, and cross-validation.</summary>
    [TestMethod]
    public void CrossValidate_and_Evaluate_give_metrics()
    {
        var data = s_mlContext.Data.GenerateDigits(1200);
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(epochs: 6)));
        var folds = s_mlContext.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 2);

        Assert.HasCount(2, folds);
        foreach (var fold in folds)
            Assert.IsGreaterThan(0.5, fold.Metrics.MicroAccuracy);
        var metrics = s_mlContext.MulticlassClassification.Evaluate(folds[0].Model.Transform(data), topKPredictionCount: 3);
        Assert.HasCount(3, metrics.TopKAccuracyForAllK);
        Assert.IsGreaterThanOrEqualTo(metrics.TopKAccuracyForAllK[0], metrics.TopKAccuracyForAllK[2]);
        Assert.AreEqual(metrics.MicroAccuracy, metrics.TopKAccuracyForAllK[0], 1e-9);
    }

    /// <summary>Protects parallel readers: cursors over parts of the rows, each on a thread of its own, give every row's scores once.</summary>
    [TestMethod]
    public void Several_cursors_share_the_rows()
    {
        var scored = s_model.Transform(s_digits);
        var expected = Pipelines.Scores(scored);
        var cursors = scored.GetRowCursorSet([scored.Schema["Score"]], 3);
        var found = new float[Rows][];
        Assert.HasCount(3, cursors);

        Parallel.ForEach(cursors, cursor =>
        {
            using (cursor)
            {
                var getId = cursor.GetIdGetter();
                var getScore = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
                DataViewRowId id = default;
                VBuffer<float> score = default;
                while (cursor.MoveNext())
                {
                    getId(ref id);
                    getScore(ref score);
                    Assert.IsNull(found[id.Low]);
                    found[id.Low] = [.. score.DenseValues()];
                }
            }
        });
        Pipelines.AssertClose(expected, found, 1e-6f, "cursor set");
    }

    /// <summary>Protects servers: many threads that share one model, by Transform and by engines of their own, all get the same scores.</summary>
    [TestMethod]
    public void Threads_that_share_one_model_get_equal_scores()
    {
        var expected = Pipelines.Scores(s_model.Transform(s_digits));
        var rows = s_mlContext.Data.CreateEnumerable<Digit>(s_digits, reuseRowObject: false).ToArray();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, worker =>
        {
            if (worker % 2 == 0)
            {
                Pipelines.AssertSame(expected, Pipelines.Scores(s_model.Transform(s_digits)));
                return;
            }
            using var engine = s_mlContext.Model.CreatePredictionEngine<Digit, DigitScores>(s_model);
            Pipelines.AssertClose(expected, [.. rows.Select(r => engine.Predict(r).Score)], 1e-5f, "engine");
        });
    }

    /// <summary>Protects the columns that scoring merely passes on: look-ahead, shuffled or not, keeps each row's own values.</summary>
    [TestMethod]
    public void Columns_that_pass_through_keep_their_values()
    {
        using var folder = TestImageFolder.OfDigits(Rows);
        var raw = folder.Load(s_mlContext);
        var data = s_mlContext.Transforms.LoadImages("Decoded", null, "ImagePath")
            .Append(s_mlContext.Transforms.Conversion.MapValueToKey("Key", "Label"))
            .Append(s_mlContext.Transforms.Text.TokenizeIntoWords("Words", "ImagePath", ['/', '\\', '.'])).Fit(raw).Transform(raw);
        var scored = s_model.LastTransformer.Transform(data);
        var expected = ReadAll(data, scores: false, shuffle: null);

        CollectionAssert.AreEquivalent(expected, ReadAll(data, scores: false, shuffle: 5));
        foreach (var shuffle in (int?[])[null, 5])
            CollectionAssert.AreEqual(shuffle is null ? expected : ReadAll(data, scores: false, shuffle), ReadAll(scored, scores: true, shuffle));
    }

    /// <summary>Protects a shuffled reader: the scores move with their rows.</summary>
    [TestMethod]
    public void A_shuffled_cursor_gives_each_row_its_own_scores()
    {
        var scored = s_model.Transform(s_digits);
        var expected = Pipelines.Scores(scored);
        Assert.IsTrue(scored.CanShuffle);
        using var cursor = scored.GetRowCursor([scored.Schema["Score"]], new Random(4));
        var getId = cursor.GetIdGetter();
        var getScore = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var order = new List<ulong>();
        DataViewRowId id = default;
        VBuffer<float> score = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            getScore(ref score);
            order.Add(id.Low);
            foreach (var (wanted, got) in expected[id.Low].Zip(score.DenseValues()))
                Assert.AreEqual(wanted, got, 1e-6f);
        }
        Assert.HasCount(Rows, order.Distinct().ToList());
        Assert.AreNotEqual(0, order.Zip(Enumerable.Range(0, Rows), (a, b) => a == (ulong)b ? 0 : 1).Sum());
    }

    /// <summary>Protects exploration: Preview, and ML.NET's filters behind the model.</summary>
    [TestMethod]
    public void Preview_and_row_filters_work_behind_the_model()
    {
        var scored = s_model.Transform(s_digits);
        var expected = Pipelines.Scores(scored);

        var preview = scored.Preview(maxRows: 40);
        Assert.HasCount(40, preview.RowView);
        for (var row = 0; row < 40; row++)
            CollectionAssert.AreEqual(expected[row], ((VBuffer<float>)preview.RowView[row].Values.Single(v => v.Key == "Score").Value).DenseValues().ToArray());
        Pipelines.AssertSame(expected[50..], Pipelines.Scores(s_mlContext.Data.SkipRows(scored, 50)));
        Pipelines.AssertSame(expected[..5], Pipelines.Scores(s_mlContext.Data.TakeRows(scored, 5)));
        var third = Pipelines.PredictedKeys(scored);
        Assert.HasCount(third.Count(k => k == 3), Pipelines.Scores(s_mlContext.Data.FilterRowsByKeyColumnFraction(scored, "PredictedLabel", 0.2, 0.3)));
        Assert.AreEqual(Rows, scored.GetRowCount());
        Assert.IsNull(s_model.Transform(s_mlContext.Data.FilterByCustomPredicate<Digit>(s_digits, _ => false)).GetRowCount());
    }

    /// <summary>Protects readers who want no score: files that cannot even be opened do not matter to them.</summary>
    [TestMethod]
    public void Without_a_score_column_nothing_is_read_or_decoded()
    {
        var paths = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 5)
            .Select(i => new PathRow { ImagePath = $"/no/such/file{i}.jpg", Label = $"{i}" }));
        var missing = s_mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
        var scored = s_model.LastTransformer.Transform(missing);
        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3", "4" }, scored.GetColumn<string>("Label").ToArray());
        Assert.HasCount(5, scored.GetColumn<string>("ImagePath").ToList());
        Assert.ThrowsExactly<BadImageException>(() => Pipelines.Scores(scored));
    }

    /// <summary>Protects pipelines that go on: transforms behind a model, and a second model behind the first.</summary>
    [TestMethod]
    public void Transforms_and_other_models_append_to_a_model()
    {
        var values = s_model.Append(s_mlContext.Transforms.Conversion.MapKeyToValue("Digit", "PredictedLabel").Fit(s_model.Transform(s_digits)));
        var keys = Pipelines.PredictedKeys(values.Transform(s_digits));
        VBuffer<ReadOnlyMemory<char>> names = default;
        values.Transform(s_digits).Schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(keys.Select(k => names.GetItemOrDefault((int)k - 1).ToString()).ToArray(),
            values.Transform(s_digits).GetColumn<string>("Digit").ToArray());

        var both = s_model.Append(s_model.LastTransformer);
        Pipelines.AssertSame(Pipelines.Scores(s_model.Transform(s_digits)), Pipelines.Scores(both.Transform(s_digits)));
    }

    /// <summary>Protects an engine whose image is bad: the error names it, and the next prediction is right again.</summary>
    [TestMethod]
    public void An_engine_survives_a_bad_image()
    {
        using var folder = TestImageFolder.OfDigits(20);
        var model = s_mlContext.FitLeNet(folder.Load(s_mlContext));
        using var engine = s_mlContext.Model.CreatePredictionEngine<Encoded, DigitScores>(model.LastTransformer);
        var good = new Encoded { Image = File.ReadAllBytes(Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories)[0]), ImagePath = "good.png" };
        var expected = engine.Predict(good).Score;

        Assert.Contains("bad.png", Assert.ThrowsExactly<BadImageException>(() => engine.Predict(new() { Image = [1, 2, 3], ImagePath = "bad.png" })).Message);
        CollectionAssert.AreEqual(expected, engine.Predict(good).Score);
    }

    /// <summary>Protects accuracy measured over several crops: the scores are the mean over the scores of each crop, also after saving.</summary>
    [TestMethod]
    [DataRow("five", 5)]
    [DataRow("ten", 10)]
    [DataRow("grid3+flip", 18)]
    [DataRow("flip+scales:1,1.2,1.5", 6)]
    public void Several_views_give_the_mean_of_their_scores(string views, int count)
    {
        var network = s_model.LastTransformer;
        var augmentation = TestTimeAugmentation.Parse(views);
        var several = network.WithTestTimeAugmentation(augmentation, resizeShortSide: 32);
        Assert.AreEqual(count, several.Views);
        var loaded = Pipelines.Load(s_mlContext.Save(several, s_digits.Schema));
        var digits = s_mlContext.Data.TakeRows(s_digits, 7);

        var scores = Pipelines.Scores(several.Transform(digits));
        var expected = s_mlContext.Data.CreateEnumerable<Digit>(digits, reuseRowObject: false)
            .Select(digit => MeanOverCrops(digit, several.Preprocessing, count)).ToArray();

        for (var row = 0; row < expected.Length; row++)
            foreach (var (wanted, got) in expected[row].Zip(scores[row]))
                Assert.AreEqual(wanted, got, 1e-5f);
        Pipelines.AssertSame(scores, Pipelines.Scores(loaded.Transform(digits)));
    }

    /// <summary>Protects from crops that would look at the same pixels, or at black.</summary>
    [TestMethod]
    public void Several_crops_need_room()
    {
        var network = s_model.LastTransformer;

        Assert.AreEqual(32, network.WithTestTimeAugmentation(TestTimeAugmentation.TenCrops).Preprocessing.ResizeShortSide);
        Assert.Contains("28 pixels", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => network.WithTestTimeAugmentation(TestTimeAugmentation.FiveCrops, resizeShortSide: 20)).Message);
    }

    private static float[] MeanOverCrops(Digit digit, ImagePreprocessing preprocessing, int count)
    {
        var source = new PixelImage(28, 28, 1);
        digit.Image.CopyTo(source.Pixels);
        var parts = preprocessing.Views().Select(view =>
        {
            var part = new Digit { Image = new byte[view.ByteCount] };
            view.Apply(source, part.Image);
            return part;
        }).ToArray();
        Assert.HasCount(count, parts);
        var each = Pipelines.Scores(s_model.LastTransformer.Transform(s_mlContext.Data.LoadFromEnumerable(parts)));
        return [.. Enumerable.Range(0, each[0].Length).Select(c => each.Average(scores => scores[c]))];
    }

    /// <summary>Protects the annotations that ML.NET's evaluators and users read.</summary>
    [TestMethod]
    public void Scores_and_labels_carry_ML_NETs_annotations()
    {
        var schema = s_model.Transform(s_digits).Schema;
        VBuffer<ReadOnlyMemory<char>> slots = default, keys = default, training = default;
        ReadOnlyMemory<char> kind = default, value = default;
        schema["Score"].Annotations.GetValue("SlotNames", ref slots);
        schema["Score"].Annotations.GetValue("TrainingLabelValues", ref training);
        schema["Score"].Annotations.GetValue("ScoreColumnKind", ref kind);
        schema["Score"].Annotations.GetValue("ScoreValueKind", ref value);
        schema["PredictedLabel"].GetKeyValues(ref keys);

        CollectionAssert.AreEqual(s_model.LastTransformer.ClassNames.ToArray(), Texts(slots));
        CollectionAssert.AreEqual(s_model.LastTransformer.ClassNames.ToArray(), Texts(keys));
        CollectionAssert.AreEqual(s_model.LastTransformer.ClassNames.ToArray(), Texts(training));
        Assert.AreEqual("MulticlassClassification", kind.ToString());
        Assert.AreEqual("Score", value.ToString());
        Assert.IsTrue(schema["Score"].HasSlotNames());
        Assert.IsTrue(schema["PredictedLabel"].HasKeyValues());
    }

    private static string[] Texts(VBuffer<ReadOnlyMemory<char>> values) => [.. values.DenseValues().Select(v => v.ToString())];

    /// <summary>One line per row of text, key, vectors and the image's pixels; getters are called in the middle of a batch.</summary>
    private static List<string> ReadAll(IDataView data, bool scores, int? shuffle)
    {
        string[] names = ["ImagePath", "Label", "Key", "Image", "Words", "Decoded"];
        var lines = new List<string>();
        using var cursor = data.GetRowCursor(data.Schema.Where(c => names.Contains(c.Name) || (scores && c.Name == "Score")), shuffle is { } seed
            ? new Random(seed) : null);
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["ImagePath"]);
        var getKey = cursor.GetGetter<uint>(data.Schema["Key"]);
        var getImage = cursor.GetGetter<VBuffer<byte>>(data.Schema["Image"]);
        var getWords = cursor.GetGetter<VBuffer<ReadOnlyMemory<char>>>(data.Schema["Words"]);
        var getDecoded = cursor.GetGetter<MLImage>(data.Schema["Decoded"]);
        ReadOnlyMemory<char> path = default;
        uint key = 0;
        VBuffer<byte> image = default;
        VBuffer<ReadOnlyMemory<char>> words = default;
        MLImage decoded = null!;
        while (cursor.MoveNext())
        {
            getPath(ref path);
            getKey(ref key);
            getImage(ref image);
            getWords(ref words);
            getDecoded(ref decoded);
            lines.Add($"{path} {key} {Convert.ToHexString(image.DenseValues().ToArray())} {string.Join('|', words.DenseValues())} "
                + $"{decoded.Width} {Convert.ToHexString(decoded.Pixels)}");
        }
        return lines;
    }

    private sealed class PathRow
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Encoded
    {
        public byte[] Image { get; set; } = [];

        public string ImagePath { get; set; } = "";
    }
}
