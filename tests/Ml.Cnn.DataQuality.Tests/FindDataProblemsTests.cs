using Microsoft.ML;

namespace Ml.Cnn.DataQuality.Tests;

/// <summary>Protects the search as users call it, on drawn digits with planted faults.</summary>
[TestClass]
public class FindDataProblemsTests
{
    private readonly MLContext _mlContext = new(seed: 3);

    /// <summary>Folds find planted label errors, and what they propose is right: in drawn digits, which are hard to read, and in written ones.</summary>
    [TestMethod]
    [DataRow("drawn", 0.7)]
    [DataRow("MNIST", 0.75)]
    public void Out_of_fold_probabilities_find_planted_label_errors(string source, double least)
    {
        var digits = source == "drawn" ? Digit.Draw(_mlContext, 2000, seed: 11) : Digit.Read(_mlContext, SharedData.Require("data/mnist"), 3000);
        var right = digits.Select(digit => digit.Label).ToArray();
        var planted = Digit.PlantErrors(digits, 0.05, seed: 5);

        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits), new()
        {
            Trainer = Digit.Trainer(_mlContext, epochs: 8),
            Folds = 2,
        });

        var errors = report.Of(DataProblemKind.LabelError).ToArray();
        var found = errors.Where(error => planted.Contains(error.Row)).ToArray();
        var (precision, recall) = (found.Length / (double)errors.Length, found.Length / (double)planted.Count);
        Console.WriteLine(FormattableString.Invariant($"{report}; precision {precision:0.000}, recall {recall:0.000}, agreement {report.Agreement:0.000}, ")
            + FormattableString.Invariant($"estimated {report.EstimatedLabelErrors:0.000}"));
        Assert.AreEqual(ProbabilitySource.OutOfFold, report.Probabilities);
        Assert.IsGreaterThanOrEqualTo(least, precision, "precision");
        Assert.IsGreaterThanOrEqualTo(least, recall, "recall");
        Assert.IsGreaterThanOrEqualTo(0.9, found.Count(error => error.ProposedClass == right[error.Row]) / (double)found.Length, "proposed classes");
        Assert.AreEqual(0.05, report.EstimatedLabelErrors!.Value, 0.015);
        Assert.IsTrue(errors.All(error => error is { Score: > 0.5 and <= 1, Action: DataProblemAction.Relabel }));
        Assert.IsTrue(errors.All(error => error.Class == digits[(int)error.Row].Label));
        CollectionAssert.AreEqual(errors.OrderByDescending(error => error.Score).ToArray(), errors, "the surest first");
    }

    /// <summary>The same data and seed give the same report, letter by letter.</summary>
    [TestMethod]
    public void A_report_is_a_function_of_data_and_seed()
    {
        var digits = Digit.Draw(_mlContext, 200, seed: 12);
        Digit.PlantErrors(digits, 0.1, seed: 6);
        string Find(int seed) => _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits), new()
        {
            Trainer = Digit.Trainer(_mlContext, epochs: 1),
            Folds = 2,
            Seed = seed,
        }).ToJson();
        Assert.AreEqual(Find(1), Find(1));
        Assert.AreNotEqual(Find(1), Find(2));
    }

    /// <summary>A model's own probabilities serve too, and the report says what they are worth.</summary>
    [TestMethod]
    public void A_model_finds_label_errors_in_images_that_it_has_not_seen()
    {
        var model = Digit.Trainer(_mlContext, epochs: 8).Fit(_mlContext.Data.GenerateDigits(1500, seed: 13));
        var digits = Digit.Draw(_mlContext, 500, seed: 14);
        var planted = Digit.PlantErrors(digits, 0.05, seed: 7);
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits), new() { Model = model });

        Assert.AreEqual(ProbabilitySource.Model, report.Probabilities);
        Assert.Contains("finds fewer", report.Notes.Single());
        Assert.IsGreaterThanOrEqualTo(0.8, report.Of(DataProblemKind.LabelError).Count(error => planted.Contains(error.Row)) / (double)planted.Count);
        (model as IDisposable)!.Dispose();
    }

    /// <summary>Classes that look alike head the list of those that are hard to tell apart.</summary>
    [TestMethod]
    public void Classes_that_cannot_be_told_apart_are_named_first()
    {
        var digits = Digit.Draw(_mlContext, 600, seed: 15);
        var eights = digits.Where(digit => digit.Label == "8").ToArray();
        foreach (var digit in eights[..(eights.Length / 2)])
            digit.Label = "eight";
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits), new()
        {
            Trainer = Digit.Trainer(_mlContext, epochs: 10),
            Folds = 2,
        });
        var worst = report.ConfusedClasses[0];
        Assert.AreEqual("8, eight", $"{worst.First}, {worst.Second}");
        Assert.IsGreaterThan(0.2, worst.Share);
    }

    /// <summary>A network that has learned nothing proposes nothing.</summary>
    [TestMethod]
    public void Networks_that_know_nothing_are_told_of()
    {
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.GenerateDigits(100, seed: 17), new()
        {
            Trainer = Digit.Trainer(_mlContext, epochs: 1),
            Folds = 2,
        });
        Assert.IsLessThan(0.5, report.Agreement!.Value);
        Assert.Contains("has learned too little", report.Notes.Single());
        Assert.IsTrue(report.Of(DataProblemKind.LabelError).All(error => error.Action == DataProblemAction.Review));
    }

    [TestMethod]
    public void Without_a_network_the_report_says_what_was_not_looked_for()
    {
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.GenerateDigits(50, seed: 16));
        Assert.AreEqual(ProbabilitySource.None, report.Probabilities);
        Assert.Contains("Neither folds nor a model", report.Notes.Single());
        Assert.IsNull(report.Agreement);
        Assert.AreEqual("0,1,2,3,4,5,6,7,8,9", string.Join(",", report.Classes));
    }

    [TestMethod]
    public void Options_outside_their_range_are_named()
    {
        foreach (var (options, name) in ((DataProblemOptions, string)[])
            [(new() { Folds = 1 }, "Folds"), (new() { HashDistance = 16 }, "HashDistance"), (new() { NeighborRank = 0 }, "NeighborRank"),
            (new() { Deviations = 0 }, "Deviations"), (new() { LabelErrors = (LabelErrorFilter)9 }, "LabelErrors"),
            (new() { LabelColumnName = "" }, "LabelColumnName")])
        {
            var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
                () => _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.GenerateDigits(10, seed: 1), options));
            Assert.StartsWith(name + " must be", error.Message);
        }
    }
}
