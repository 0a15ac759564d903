using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Labels of every type that MapValueToKey takes, and keys without values.</summary>
[TestClass]
public sealed class LabelTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects class names: whatever type the labels have, the prediction has it too, also from a saved model.</summary>
    [TestMethod]
    public void Labels_of_any_type_come_back_as_predictions()
    {
        Check("Int", i => i * -5, i => $"{i * -5}");
        Check("Bool", i => i == 1, i => i == 1 ? "true" : "false", classes: 2);
        Check("Date", i => new DateTime(2024, 2, 1 + i, 3, 4, 5, 678, DateTimeKind.Utc), i => $"2024-02-0{1 + i}T03:04:05.6780000Z");
        Check("Offset", i => new DateTimeOffset(2024, 2, 1 + i, 3, 4, 5, TimeSpan.FromHours(2)), i => $"2024-02-0{1 + i}T03:04:05.0000000+02:00");
        Check("Span", i => TimeSpan.FromSeconds(i + 0.5), i => $"00:00:0{i}.5000000");
        Check("Double", i => i + 0.1, i => $"{i}.1");
        Check("Text", i => $"ğü\"{i}\n", i => $"ğü\"{i}\n");

        static void Check<T>(string column, Func<int, T> value, Func<int, string> name, int classes = 3)
        {
            var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(30), reuseRowObject: false);
            var data = s_mlContext.Data.LoadFromEnumerable(digits.Select((d, i) => new Row<T> { Image = d.Image, Label = value(i % classes) }).ToArray());
            var model = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options()))
                .Append(s_mlContext.Transforms.Conversion.MapKeyToValue("Value", "PredictedLabel")).Fit(data);
            var loaded = Pipelines.Load(s_mlContext.Save(model));
            foreach (var one in (ITransformer[])[model, loaded])
            {
                var scored = one.Transform(data);
                VBuffer<ReadOnlyMemory<char>> slots = default;
                scored.Schema["Score"].GetSlotNames(ref slots);
                CollectionAssert.AreEqual(Enumerable.Range(0, classes).Select(name).ToArray(), slots.DenseValues().Select(v => v.ToString()).ToArray(), column);
                var keys = Pipelines.PredictedKeys(scored);
                if (typeof(T) == typeof(string))
                    CollectionAssert.AreEqual(keys.Select(k => (object)value((int)k - 1)!).ToArray(), scored.GetColumn<string>("Value").Cast<object>()
                        .ToArray(), column);
                else
                    CollectionAssert.AreEqual(keys.Select(k => value((int)k - 1)).ToArray(), scored.GetColumn<T>("Value").ToArray(), column);
            }
        }
    }

    /// <summary>Protects labels that are numbers already: a key without values names its classes from 0.</summary>
    [TestMethod]
    public void A_key_without_values_names_its_classes_by_number()
    {
        var data = s_mlContext.Data.LoadFromEnumerable(Numbered(30).ToArray());
        var model = s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options()).Fit(data);
        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3", "4" }, model.ClassNames.ToArray());
        var loaded = Pipelines.Load(s_mlContext.Save(model));
        foreach (var one in (ITransformer[])[model, loaded])
        {
            Assert.IsFalse(one.Transform(data).Schema["PredictedLabel"].HasKeyValues());
            Assert.IsTrue(double.IsFinite(s_mlContext.MulticlassClassification.Evaluate(one.Transform(data)).LogLoss));
        }
    }

    /// <summary>Protects against a network of billions of outputs: a key that does not know how many classes there are is refused.</summary>
    [TestMethod]
    public void A_key_of_unknown_size_is_refused()
    {
        var pipeline = s_mlContext.Transforms.Conversion.Hash("Label", numberOfBits: 31)
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options()));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => pipeline.Fit(s_mlContext.Data.GenerateDigits(30)));
        Assert.Contains("'Label'", error.Message);
        Assert.Contains("MapValueToKey", error.Message);
    }

    /// <summary>Protects data that is partly labeled: the other rows are left out, with a warning.</summary>
    [TestMethod]
    public void Rows_without_a_label_are_left_out()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        var rows = Numbered(30).ToArray();
        foreach (var row in rows[..7])
            row.Label = 99; // out of the key's range: missing
        var model = mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options()).Fit(mlContext.Data.LoadFromEnumerable(rows));
        Assert.AreEqual(23, model.History[0].Images);
        Assert.Contains(m => m.StartsWith("Warning: 7 rows without a label", StringComparison.Ordinal), messages);
    }

    /// <summary>Protects against training that cannot work: one class, or nothing at all.</summary>
    [TestMethod]
    public void One_class_or_no_rows_are_refused_in_words()
    {
        var same = s_mlContext.Data.FilterByCustomPredicate<Digit>(s_mlContext.Data.GenerateDigits(50), d => d.Label != "3");
        Assert.Contains("'3'", Assert.ThrowsExactly<InvalidOperationException>(() => s_mlContext.FitLeNet(same)).Message);

        var rows = Numbered(20).ToArray();
        foreach (var row in rows)
            row.Label = 2;
        Assert.Contains("two classes", Assert.ThrowsExactly<InvalidOperationException>(() => Fit(rows)).Message);
        foreach (var row in rows)
            row.Label = 99;
        Assert.Contains("0 labeled rows", Assert.ThrowsExactly<InvalidOperationException>(() => Fit(rows)).Message);
        Assert.Contains("0 labeled rows", Assert.ThrowsExactly<InvalidOperationException>(() => Fit([])).Message);
        var nothing = s_mlContext.Data.LoadFromEnumerable(Array.Empty<Digit>());
        Assert.Contains("Label", Assert.Throws<InvalidOperationException>(() => s_mlContext.FitLeNet(nothing)).Message);

        static void Fit(Numbered[] rows) => s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options())
            .Fit(s_mlContext.Data.LoadFromEnumerable(rows));
    }

    private static IEnumerable<Numbered> Numbered(int count) =>
        s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(count), reuseRowObject: false)
            .Select((d, i) => new Numbered { Image = d.Image, Label = (uint)i % 5 });

    private sealed class Row<T>
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public T Label { get; set; } = default!;
    }
}

/// <summary>A digit whose label is a key without values: 0 to 4.</summary>
internal sealed class Numbered
{
    [VectorType(28, 28, 1)]
    public byte[] Image { get; set; } = [];

    [KeyType(5)]
    public uint Label { get; set; }
}
