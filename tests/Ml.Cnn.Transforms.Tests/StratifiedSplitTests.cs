using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class StratifiedSplitTests
{
    private static readonly MLContext Context = new();
    private static readonly TemporaryFolder Folder = new();

    /// <summary>Classes of 100, 10, 3, 2 and 1 rows, mixed.</summary>
    private static readonly Row[] Unbalanced = [.. new[] { ("many", 100), ("ten", 10), ("three", 3), ("two", 2), ("one", 1) }
        .SelectMany(one => Enumerable.Range(0, one.Item2).Select(i => new Row { Label = one.Item1, Place = i + 1000f * one.Item2 }))
        .OrderBy(row => row.Place * 7919 % 1009)];

    [ClassCleanup]
    public static void RemoveFolder() => Folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Sources))]
    public void Sets_are_disjoint_complete_and_hold_every_class(string source)
    {
        var data = Open(source);
        var split = Context.Data.TrainTestSplitByClass(data, testFraction: 0.2, seed: 4);

        var (train, test) = (Places(split.TrainSet), Places(split.TestSet));
        CollectionAssert.AreEquivalent(Places(data), train.Concat(test).ToList());
        CollectionAssert.AreEqual(Places(data).Where(train.Contains).ToList(), train, "The data's order is kept.");
        Assert.AreEqual("many 20, ten 2, three 1, two 1", Counts(split.TestSet, sort: true));
        Assert.AreEqual("many 80, one 1, ten 8, three 2, two 1", Counts(split.TrainSet, sort: true));
        Assert.AreEqual(test.Count, split.TestSet.GetRowCount());
        Assert.AreEqual(data.CanShuffle, split.TrainSet.CanShuffle);
    }

    /// <summary>Protects cross-validation: every row is tested once, folds are of one size, and so are their parts of each class.</summary>
    [TestMethod]
    [DynamicData(nameof(Sources))]
    public void Folds_test_every_row_once_and_every_class_alike(string source)
    {
        var data = Open(source);
        var folds = Context.Data.CrossValidationSplitByClass(data, numberOfFolds: 4, seed: 4);
        CollectionAssert.AreEquivalent(Places(data), folds.SelectMany(fold => Places(fold.TestSet)).ToList());
        foreach (var fold in folds)
        {
            CollectionAssert.AreEquivalent(Places(data), Places(fold.TrainSet).Concat(Places(fold.TestSet)).ToList());
            Assert.IsTrue(Places(fold.TestSet).Count is 29, "116 rows in four folds");
            Assert.Contains("many 25", Counts(fold.TestSet, sort: true));
        }
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.CrossValidationSplitByClass(data, numberOfFolds: 1));
    }

    /// <summary>
    /// Protects from leaks: rows of one sampling key are in one fold, folds and their parts of each class are about as large as each other, rows without a
    /// key are dealt out one by one, and the seed decides.
    /// </summary>
    [TestMethod]
    public void Rows_of_one_sampling_key_stay_in_one_fold()
    {
        // Thirty patients of 1 to 10 images each, two of three of one class; and twelve images of nobody.
        var rows = Enumerable.Range(0, 30).SelectMany(patient => Enumerable.Range(0, 1 + patient % 10)
            .Select(_ => new PatientRow { Label = patient % 3 == 0 ? "rare" : "often", Patient = $"p{patient}" }))
            .Concat(Enumerable.Range(0, 12).Select(_ => new PatientRow { Label = "often" })).Select((row, i) => { row.Place = i; return row; }).ToArray();
        var data = Context.Data.LoadFromEnumerable(rows);
        var folds = Context.Data.CrossValidationSplitByClass(data, numberOfFolds: 4, seed: 1, samplingKeyColumnName: "Patient");
        CollectionAssert.AreEquivalent(Places(data), folds.SelectMany(fold => Places(fold.TestSet)).ToList());
        var patients = folds.Select(fold => Places(fold.TestSet).Select(place => rows[(int)place].Patient).Where(name => name.Length > 0).Distinct().ToArray());
        CollectionAssert.AllItemsAreUnique(patients.SelectMany(names => names).ToArray());
        foreach (var fold in folds)
        {
            var counts = Context.Data.CountClasses(fold.TestSet);
            Assert.AreEqual(rows.Length / 4.0, counts.Sum(one => one.Count), 6);
            Assert.AreEqual(rows.Count(row => row.Label == "rare") / 4.0, counts.Single(one => one.Label == "rare").Count, 4);
        }
        var again = Context.Data.CrossValidationSplitByClass(data, numberOfFolds: 4, seed: 1, samplingKeyColumnName: "Patient");
        CollectionAssert.AreEqual(Places(folds[2].TestSet), Places(again[2].TestSet));
        var other = Context.Data.CrossValidationSplitByClass(data, numberOfFolds: 4, seed: 2, samplingKeyColumnName: "Patient");
        CollectionAssert.AreNotEqual(Places(folds[2].TestSet), Places(other[2].TestSet));
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            Context.Data.CrossValidationSplitByClass(data, samplingKeyColumnName: "Nobody"));
        Assert.Contains("Nobody", missing.Message);
    }

    [TestMethod]
    [DynamicData(nameof(Sources))]
    public void Sets_hold_the_same_rows_in_any_order_and_on_any_number_of_cursors(string source)
    {
        var split = Context.Data.TrainTestSplitByClass(Open(source), testFraction: 0.3, seed: 4);
        foreach (var set in (IDataView[])[split.TrainSet, split.TestSet])
        {
            var expected = Places(set).Order().ToList();
            for (var seed = 0; seed < 3; seed++)
            {
                var rand = set.CanShuffle ? new Random(seed) : null;
                CollectionAssert.AreEqual(expected, set.GetRowCursorSet(set.Schema, 3, rand).SelectMany(Places).Order().ToList());
                using var shuffled = set.GetRowCursor(set.Schema, set.CanShuffle ? new Random(seed) : null);
                CollectionAssert.AreEqual(expected, Places(shuffled).Order().ToList());
            }
            CollectionAssert.AreEqual(expected, Places(Context.Data.ShuffleRows(set, seed: 1)).Order().ToList());
            CollectionAssert.AreEqual(expected, Places(Context.Data.Cache(set)).Order().ToList());
        }
    }

    [TestMethod]
    public void The_seed_decides()
    {
        var data = Open("enumerable");
        List<float> Test(int? seed, MLContext? context = null) => Places((context ?? Context).Data.TrainTestSplitByClass(data, 0.2, seed: seed).TestSet);

        CollectionAssert.AreEqual(Test(1), Test(1));
        CollectionAssert.AreNotEqual(Test(1), Test(2));
        CollectionAssert.AreEqual(Test(5), Test(null, new MLContext(seed: 5)));
        CollectionAssert.AreEqual(Test(0), Test(null));
        CollectionAssert.AreEqual(Test(3).Order().ToList(), Places(Context.Data.TrainTestSplitByClass(Open("key"), 0.2, seed: 3).TestSet).Order().ToList(),
            "A label's type does not matter.");
    }

    [TestMethod]
    public void The_librarys_own_sources_go_on_to_split_evenly()
    {
        var digits = Context.Data.GenerateDigits(1000, size: 8);
        var split = Context.Data.TrainTestSplitByClass(digits, seed: 1);

        Assert.HasCount(4, split.TrainSet.GetRowCursorSet([], 4));
        Assert.IsTrue(Context.Data.CountClasses(split.TestSet).All(one => one.Count == 10));
        var again = Context.Data.TrainTestSplitByClass(split.TrainSet, testFraction: 0.5, seed: 2);
        Assert.IsTrue(Context.Data.CountClasses(again.TrainSet).All(one => one.Count == 45), "A part can be split again.");
        Assert.HasCount(900, Rows.Images(split.TrainSet));
    }

    [TestMethod]
    public void Classes_are_counted_in_the_order_of_their_type()
    {
        var keys = Context.Transforms.Conversion.MapValueToKey("Label",
            keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence);
        var data = Context.Data.LoadFromEnumerable(new[] { "b", "a", "b", "c" }.Select(label => new Row { Label = label }));
        var numbers = Context.Data.LoadFromEnumerable(new[] { 10f, 9f, 10f, float.NaN }.Select(place => new Row { Label = "x", Place = place }));

        Assert.AreEqual("a 1, b 2, c 1", Counts(data));
        Assert.AreEqual("b 2, a 1, c 1", Counts(keys.Fit(data).Transform(data)));
        Assert.AreEqual(" 1, 9 1, 10 2", string.Join(", ", Context.Data.CountClasses(numbers, "Place").Select(one => $"{one.Label} {one.Count}")));
    }

    [TestMethod]
    public void Wrong_arguments_are_named()
    {
        var data = Open("enumerable");
        foreach (var fraction in (double[])[0, 1, -1, double.NaN])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.TrainTestSplitByClass(data, fraction));
        Assert.Contains("Class", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.CountClasses(data, "Class")).Message);
        var digits = Context.Data.GenerateDigits(10);
        Assert.Contains("Image", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Context.Data.CountClasses(digits, "Image")).Message);
    }

    private static IEnumerable<object[]> Sources => [["enumerable"], ["key"], ["cached"], ["text loader"], ["shuffled"]];

    /// <summary>The same rows through different kinds of ML.NET's data views.</summary>
    private static IDataView Open(string source)
    {
        var data = Context.Data.LoadFromEnumerable(Unbalanced);
        switch (source)
        {
            case "key":
                return Context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
            case "cached":
                return Context.Data.Cache(data);
            case "shuffled":
                return Context.Data.ShuffleRows(data, seed: 3, shufflePoolSize: 50);
            case "text loader":
                var path = Path.Join(Folder.Path, "rows.tsv");
                using (var file = File.Create(path))
                    Context.Data.SaveAsText(data, file, headerRow: true, schema: false);
                return Context.Data.LoadFromTextFile<Row>(path, hasHeader: true);
            default:
                return data;
        }
    }

    private static List<float> Places(IDataView data)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        return Places(cursor);
    }

    private static List<float> Places(DataViewRowCursor cursor)
    {
        var places = new List<float>();
        var get = cursor.GetGetter<float>(cursor.Schema["Place"]);
        float place = 0;
        while (cursor.MoveNext())
        {
            get(ref place);
            places.Add(place);
        }
        return places;
    }

    private static string Counts(IDataView data, bool sort = false)
    {
        var counts = Context.Data.CountClasses(data).Select(one => $"{one.Label} {one.Count}");
        return string.Join(", ", sort ? counts.Order(StringComparer.Ordinal) : counts);
    }

    private sealed class PatientRow
    {
        public string Label { get; set; } = "";

        public string Patient { get; set; } = "";

        public float Place { get; set; }
    }

    private sealed class Row
    {
        [LoadColumn(0)]
        public string Label { get; set; } = "";

        [LoadColumn(1)]
        public float Place { get; set; }
    }
}
