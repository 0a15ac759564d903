using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Probabilities;

namespace Ml.Cnn.Trainers.Tests.Scoring;

/// <summary>Probabilities that are as sure as they are right, and sets of classes that keep what they promise.</summary>
[TestClass]
public sealed class CalibrationTests
{
    private const int Classes = 5;

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects the temperature: where right probabilities were made surer by a known temperature, that one is found, and the calibration error goes to what
    /// chance leaves.
    /// </summary>
    [TestMethod]
    [DataRow(0.4)]
    [DataRow(1.0)]
    [DataRow(2.5)]
    public void A_known_temperature_is_found(double temperature)
    {
        var drawn = Draw(20_000, seed: 11);
        var wrong = drawn.At(1 / temperature); // as a network that is too sure, or not enough

        var found = TemperatureScaling.Fit(wrong);

        Assert.AreEqual(temperature, found, 0.03 * temperature);
        var after = wrong.At(found);
        Assert.IsLessThan(0.01, after.CalibrationError());
        if (temperature != 1)
            Assert.IsGreaterThan(0.05, wrong.CalibrationError());
        Assert.IsLessThanOrEqualTo(wrong.LogLoss() + 1e-9, after.LogLoss());
    }

    /// <summary>Protects the figure itself: the gap between what was said and what was right, bin by bin, by hand.</summary>
    [TestMethod]
    public void The_calibration_error_is_the_paper_s()
    {
        var scores = new LabeledScores(2);
        scores.Add([0.9f, 0.1f], 0); // with the next one: said 0.9, right 1 of 2
        scores.Add([0.1f, 0.9f], 0);
        scores.Add([0.6f, 0.4f], 0); // said 0.6, right 2 of 2
        scores.Add([0.4f, 0.6f], 1);

        Assert.AreEqual((2 * 0.4 + 2 * 0.4) / 4, scores.CalibrationError(), 1e-6);
        Assert.AreEqual(-(Math.Log(0.9) + Math.Log(0.1) + 2 * Math.Log(0.6)) / 4, scores.LogLoss(), 1e-6);
    }

    /// <summary>Protects the promise of prediction sets: over many calibrations, the share of sets that hold the right class is what was asked for.</summary>
    [TestMethod]
    [DataRow(0.8)]
    [DataRow(0.9)]
    [DataRow(0.99)]
    public void Sets_hold_the_right_class_as_often_as_stated(double coverage)
    {
        const int Calibrations = 60;
        var covered = 0.0;
        for (var seed = 0; seed < Calibrations; seed++)
        {
            var calibration = new CnnCalibration { Coverage = coverage, SetThreshold = PredictionSets.Threshold(Draw(300, 1000 + seed), coverage) };
            var fresh = Draw(500, 5000 + seed);
            covered += Enumerable.Range(0, fresh.Count).Count(row => PredictionSets.Of(fresh.Row(row), calibration).Contains(fresh.Labels[row]))
                / (double)fresh.Count / Calibrations;
        }

        // In expectation between the coverage and 1/(n + 1) more; three standard errors of 60 calibrations are about 0.01.
        Assert.AreEqual(coverage + 0.5 / 301, covered, 0.012, $"seeds from 1000 and from 5000");
    }

    /// <summary>Protects from a promise that few images cannot give: then a set is every class.</summary>
    [TestMethod]
    public void With_too_few_images_every_class_is_in_the_set()
    {
        Assert.AreEqual(0, PredictionSets.Threshold(Draw(50, seed: 3), 0.99));
        Assert.IsGreaterThan(0, PredictionSets.Threshold(Draw(99, seed: 3), 0.99));
        CollectionAssert.AreEqual(new[] { 1, 0, 2 }, PredictionSets.Of([0.3f, 0.6f, 0.1f], new() { Coverage = 0.99, SetThreshold = 0 }));
        CollectionAssert.AreEqual(new[] { 1 }, PredictionSets.Of([0.3f, 0.6f, 0.1f], new() { Coverage = 0.9, SetThreshold = 0.5 }));
        Assert.IsEmpty(PredictionSets.Of([0.3f, 0.6f, 0.1f], new() { Coverage = 0.5, SetThreshold = 0.9 }));
    }

    /// <summary>Protects the whole way on a trained network: the answers stay, the probabilities change, sets appear, and all of it is saved.</summary>
    [TestMethod]
    public void A_network_is_calibrated_and_saved()
    {
        var network = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(300), Pipelines.Options(epochs: 3)).LastTransformer;
        var validation = s_mlContext.Data.GenerateDigits(600, seed: 31);

        var calibration = network.FitCalibration(validation, options: new() { Coverage = 0.9 });
        var calibrated = network.WithCalibration(calibration);

        Assert.AreEqual(600, calibration.Images);
        Assert.IsLessThanOrEqualTo(calibration.LogLossBefore, calibration.LogLossAfter);
        var test = s_mlContext.Data.GenerateDigits(600, seed: 32);
        var (before, after) = (network.Transform(test), calibrated.Transform(test));
        CollectionAssert.AreEqual(Pipelines.PredictedKeys(before), Pipelines.PredictedKeys(after));
        Assert.IsNull(network.PredictedSetColumnName);
        Assert.AreEqual("PredictedSet", calibrated.PredictedSetColumnName);
        var (labels, sets, scores) = (test.GetColumn<string>("Label").ToArray(), Sets(after), Pipelines.Scores(after));
        var covered = labels.Zip(sets).Count(pair => pair.Second.Contains(pair.First)) / (double)labels.Length;
        Assert.AreEqual(0.9, covered, 0.06, "seeds 31 and 32"); // both sets of images are small
        for (var row = 0; row < sets.Length; row++)
            Assert.HasCount(scores[row].Count(p => p >= (float)calibration.SetThreshold!.Value), sets[row]);
        var loaded = (CnnTransformer)Pipelines.Load(s_mlContext.Save(calibrated, test.Schema));
        Assert.AreEqual(calibration, loaded.Calibration);
        Pipelines.AssertSame(scores, Pipelines.Scores(loaded.Transform(test)));
        Assert.AreEqual(network.FitCalibration(validation), calibrated.FitCalibration(validation), "a calibration begins with the network's own probabilities");
    }

    /// <summary>Protects from a calibration on the wrong data.</summary>
    [TestMethod]
    public void Data_that_does_not_fit_is_refused()
    {
        var network = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60)).LastTransformer;
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(30), reuseRowObject: false).ToArray();
        digits[3].Label = "eleven";

        Assert.Contains("'eleven'", Assert.ThrowsExactly<InvalidOperationException>(
            () => network.FitCalibration(s_mlContext.Data.LoadFromEnumerable(digits))).Message);
        Assert.Contains("'Digit'", Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => network.FitCalibration(s_mlContext.Data.GenerateDigits(30), "Digit")).Message);
        Assert.ThrowsExactly<InvalidOperationException>(() => network.FitCalibration(s_mlContext.Data.LoadFromEnumerable(Array.Empty<Digit>())));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => network.FitCalibration(s_mlContext.Data.GenerateDigits(30), options: new() { Coverage = 1 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.WithCalibration(new() { Temperature = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.WithCalibration(new() { Coverage = 0.9 }));
    }

    // Probabilities of images, and classes that were drawn by just these: right by construction.
    private static LabeledScores Draw(int count, int seed)
    {
        var random = new Random(seed);
        var scores = new LabeledScores(Classes);
        for (var i = 0; i < count; i++)
        {
            var logits = Enumerable.Range(0, Classes).Select(_ => 4 * random.NextDouble()).ToArray();
            var sum = logits.Sum(Math.Exp);
            var row = logits.Select(logit => (float)(Math.Exp(logit) / sum)).ToArray();
            var (point, label) = (random.NextDouble(), 0);
            while (label < Classes - 1 && (point -= row[label]) > 0)
                label++;
            scores.Add(row, label);
        }
        return scores;
    }

    private static string[][] Sets(IDataView scored)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["PredictedSet"].Annotations.GetValue("KeyValues", ref names);
        string[] texts = [.. names.DenseValues().Select(name => name.ToString())];
        return [.. scored.GetColumn<uint[]>("PredictedSet").Select(keys => keys.Select(key => texts[key - 1]).ToArray())];
    }
}
