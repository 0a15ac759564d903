using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Transforms;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Classes that are added to a trained model.</summary>
[TestClass]
public sealed class KnownClassesTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly string[] s_digits = [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    /// <summary>Protects what a model knows: rows of known classes are where they belong, in any order, and those of new ones are as large as theirs.</summary>
    [TestMethod]
    public void Known_rows_stay_and_new_ones_are_of_their_kind()
    {
        using var old = Fit(Chosen(s_mlContext.Data.GenerateDigits(400), digit => digit is >= 2 and < 10), ["9", "8", "7", "6", "5", "4", "3", "2"]);
        using var model = Fit(s_mlContext.Data.GenerateDigits(40), s_digits, o =>
            (o.Weights, o.KeepKnownClasses, o.LearningRate, o.Optimizer, o.WeightDecay) = (old, true, 1e-20, Optimizer.Sgd, 0));
        var (before, after) = (State(old), State(model));
        foreach (var (name, values) in before.Where(pair => !pair.Key.StartsWith(old.Architecture.Head, StringComparison.Ordinal)))
            CollectionAssert.AreEqual(values, after[name], name);
        foreach (var name in (string[])[$"{old.Architecture.Head}.weight", $"{old.Architecture.Head}.bias"])
        {
            var (rows, made) = (before[name].Chunk(before[name].Length / 8).ToArray(), after[name].Chunk(after[name].Length / 10).ToArray());
            for (var digit = 2; digit < 10; digit++)
                CollectionAssert.AreEqual(rows[9 - digit], made[digit], $"{name}, {digit}");
            if (rows[0].Length > 1) // by chance: 168 numbers, of which each is drawn by itself
                Assert.AreEqual(1, Deviation([.. made[0], .. made[1]]) / Deviation([.. rows.SelectMany(row => row)]), 0.25);
        }
        using var again = Fit(s_mlContext.Data.GenerateDigits(40), s_digits, o =>
            (o.Weights, o.KeepKnownClasses, o.LearningRate, o.Optimizer, o.WeightDecay) = (old, true, 1e-20, Optimizer.Sgd, 0));
        Assert.AreEqual(Pipelines.Weights(model), Pipelines.Weights(again));

        static double Deviation(float[] values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));

        static Dictionary<string, float[]> State(CnnTransformer model) =>
            ModuleState.Of(model.Scorer.Network).ToDictionary(pair => pair.Key, pair => pair.Value.data<float>().ToArray());
    }

    /// <summary>
    /// Shows what it is for, on real digits: a model of 0 to 7 learns 8 and 9 from 300 images of each, along with 5 of each old digit. Fine-tuned with a new
    /// head it forgets; with the rows of known classes and the old model as a teacher (Li and Hoiem 2016) it keeps most of what it knew, and learns the new
    /// ones.
    /// </summary>
    [TestMethod]
    public void Two_real_digits_are_added_and_the_others_are_not_forgotten()
    {
        var (train, test) = (s_mlContext.Data.LoadMnist(SharedData.Require("data/mnist")), s_mlContext.Data.LoadMnist(SharedData.Require("data/mnist"),
            DataSplit.Test));
        using var old = Fit(Chosen(s_mlContext.Data.TakeRows(train, 4000), digit => digit < 8), s_digits[..8], o => (o.Epochs, o.BatchSize) = (4, 32));
        var added = Chosen(s_mlContext.Data.TakeRows(s_mlContext.Data.SkipRows(train, 4000), 4000), _ => true, digit => digit < 8 ? 5 : 300);
        var (oldTest, newTest) = (Chosen(s_mlContext.Data.TakeRows(test, 2000), digit => digit < 8),
            Chosen(s_mlContext.Data.TakeRows(test, 2000), digit => digit >= 8));
        Console.WriteLine(FormattableString.Invariant($"old model: {Accuracy(old, oldTest, s_digits[..8])}"));

        var plain = Further(_ => { });
        var kept = Further(o => (o.KeepKnownClasses, o.Distillation) = (true, new(old) { Temperature = 2, Share = 0.5 }));
        Assert.IsGreaterThan(plain.Old + 0.03, kept.Old);
        Assert.IsGreaterThan(0.8, kept.New);

        (double Old, double New) Further(Action<LeNetOptions> change)
        {
            using var model = Fit(added, s_digits, o =>
            {
                (o.Weights, o.LearningRate, o.Epochs, o.BatchSize) = (old, 0.002, 5, 32);
                change(o);
            });
            var (ofOld, ofNew) = (Accuracy(model, oldTest, s_digits), Accuracy(model, newTest, s_digits));
            Console.WriteLine(FormattableString.Invariant($"old digits {ofOld}, new digits {ofNew}"));
            return (ofOld, ofNew);
        }
    }

    /// <summary>Protects whoever has images of one new class alone: with the old model as a teacher that is a training.</summary>
    [TestMethod]
    public void A_single_new_class_can_be_added()
    {
        using var old = Fit(Chosen(s_mlContext.Data.GenerateDigits(200), digit => digit < 9), s_digits[..9]);
        var nines = Chosen(s_mlContext.Data.GenerateDigits(200), digit => digit == 9);
        using var model = Fit(nines, s_digits, o => (o.Weights, o.KeepKnownClasses, o.Distillation) = (old, true, new(old)));
        Assert.HasCount(10, model.ClassNames);
        Assert.Throws<InvalidOperationException>(() => Fit(nines, s_digits, o => o.Weights = old));
        var error = Assert.Throws<ArgumentException>(() =>
            Fit(s_mlContext.Data.GenerateDigits(40), s_digits, o => (o.Weights, o.Distillation) = (old, new(old))));
        Assert.Contains("does not know '9'", error.Message); // classes that a teacher lacks are for those who add them
    }

    [TestMethod]
    public void What_knows_no_classes_has_none_to_keep()
    {
        var digits = s_mlContext.Data.GenerateDigits(40);
        Assert.Contains("needs Weights: a trained model", Error(o => { }).Message);
        using var letters = Fit(Chosen(digits, _ => true, name: digit => $"{(char)('a' + digit)}"),
            [.. Enumerable.Range(0, 10).Select(i => $"{(char)('a' + i)}")]);
        Assert.Contains("none of the label column's classes '0', '1'", Error(o => o.Weights = letters).Message);
        var path = Path.ChangeExtension(Path.GetTempFileName(), ".safetensors");
        letters.SaveWeights(path);
        Assert.Contains("needs Weights that say which classes they know", Error(o => o.Weights = path).Message);
        File.Delete(path);

        ArgumentException Error(Action<LeNetOptions> change)
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => Fit(digits, s_digits, o =>
            {
                o.KeepKnownClasses = true;
                change(o);
            }));
            Assert.AreEqual(nameof(CnnOptions.KeepKnownClasses), error.ParamName);
            return error;
        }
    }

    private static CnnTransformer Fit(IDataView data, string[] classes, Action<LeNetOptions>? change = null) => Keys(classes).Append(
        s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: o =>
        {
            (o.Optimizer, o.LearningRate, o.Seed) = (Optimizer.AdamW, 0.004, 1);
            change?.Invoke(o);
        }))).Fit(data).LastTransformer;

    private static double Accuracy(CnnTransformer model, IDataView test, string[] classes) =>
        s_mlContext.MulticlassClassification.Evaluate(model.Transform(Keys(classes).Fit(test).Transform(test))).MicroAccuracy;

    private static ValueToKeyMappingEstimator Keys(string[] classes) => s_mlContext.Transforms.Conversion.MapValueToKey("Label",
        keyData: s_mlContext.Data.LoadFromEnumerable(classes.Select(name => new { Label = name }).ToArray()));

    private static IDataView Chosen(IDataView digits, Func<int, bool> chosen, Func<int, int>? most = null, Func<int, string>? name = null) =>
        s_mlContext.Data.LoadFromEnumerable(s_mlContext.Data.CreateEnumerable<Digit>(digits, reuseRowObject: false)
            .GroupBy(digit => int.Parse(digit.Label, CultureInfo.InvariantCulture)).Where(group => chosen(group.Key))
            .SelectMany(group => group.Take(most?.Invoke(group.Key) ?? int.MaxValue).Select(digit => new Digit
            {
                Image = digit.Image,
                Label = name?.Invoke(group.Key) ?? digit.Label,
            })).ToArray());
}
